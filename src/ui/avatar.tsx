type Props = {
  /** Determines the colour: the same person always has the same. */
  readonly id: string;
  readonly name: string;
  /** URL of a picture. */
  readonly picture?: string | null;
  readonly size?: 24 | 32 | 40 | 64 | 96;
  /** Shows a dot; absent if unknown or irrelevant. */
  readonly online?: boolean;
};

const SIZES = {
  24: 'size-6 text-[0.625rem]',
  32: 'size-8 text-xs',
  40: 'size-10',
  64: 'size-16 text-xl',
  96: 'size-24 text-3xl',
} as const;

/** A picture, or initials on a colour. Hidden from screen readers: the name is beside it. */
export function Avatar({ id, name, picture = null, size = 40, online }: Props) {
  return (
    <span className={`relative inline-flex shrink-0 ${SIZES[size]}`} aria-hidden>
      {picture === null ? (
        <span
          // An image, not text: it must not label the button around it.
          data-initials={initialsOf(name)}
          className="flex size-full items-center justify-center rounded-full font-medium text-white select-none before:content-[attr(data-initials)]"
          style={{ backgroundColor: colourOf(id) }}
        />
      ) : (
        <img src={picture} alt="" className="size-full rounded-full object-cover" loading="lazy" draggable={false} />
      )}
      {online !== undefined && (
        <span
          className={`absolute -right-0.5 -bottom-0.5 size-3 rounded-full border-2 border-surface ${online ? 'bg-accent' : 'bg-faint'}`}
        />
      )}
    </span>
  );
}

/** The URL of a person's or group's picture. */
export function pictureAddress(avatar: string | null): string | null {
  return avatar === null ? null : `/files/avatars/${avatar}`;
}

/** Dark enough for white letters (4.5 : 1) at every hue. */
export const LIGHTNESS = 0.48;
const CHROMA = 0.09;

export function hueOf(id: string): number {
  let hash = 2_166_136_261;
  for (let at = 0; at < id.length; at += 1) hash = Math.imul(hash ^ id.charCodeAt(at), 16_777_619);
  return (hash >>> 0) % 360;
}

function colourOf(id: string): string {
  return `oklch(${LIGHTNESS} ${CHROMA} ${hueOf(id)})`;
}

/** Two letters of a Latin name, the last characters of a Chinese one, as is common there. */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/\s+/u)
    .filter((word) => word !== '');
  const [first] = words;
  if (first === undefined) return '?';
  if (/\p{Script=Han}/u.test(first)) return [...first].slice(-2).join('');
  const last = words.length > 1 ? words.at(-1) : undefined;
  return [first, last]
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toUpperCase();
}
