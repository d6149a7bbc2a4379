/** Where someone wanted to go before they had to sign in: a path of this app, or undefined for anything else. */
export function ownPath(address: unknown, origin = location.origin): string | undefined {
  if (typeof address !== 'string' || !address.startsWith('/')) return undefined;
  // The URL parser knows all the ways in which a path can lead to another site: "//there", "/\there", "/\t/there".
  const url = URL.parse(address, origin);
  if (url === null || url.origin !== origin) return undefined;
  return url.pathname.startsWith('//') ? undefined : `${url.pathname}${url.search}${url.hash}`;
}
