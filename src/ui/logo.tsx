/** The banyan: one crown, many roots. */
export function Logo({ size }: { readonly size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" role="img" aria-label="Banyan">
      <rect width="32" height="32" rx="8" className="fill-[#1f7a52]" />
      <path
        className="fill-white"
        d="M16 5c-5.500 0-10 3.400-10 7.600 0 2.700 2 4.400 4.600 4.400h10.800c2.600 0 4.600-1.700 4.600-4.400C26 8.400 21.500 5 16 5Z"
      />
      <path
        className="stroke-white"
        strokeWidth="2.2"
        strokeLinecap="round"
        d="M16 16v11M10.800 16v7.500M21.200 16v7.500"
      />
    </svg>
  );
}
