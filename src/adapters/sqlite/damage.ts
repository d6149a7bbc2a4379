/** SQLite's error codes for invalid or missing pages. */
const DAMAGE = ['SQLITE_CORRUPT', 'SQLITE_NOTADB', 'SQLITE_IOERR_READ', 'SQLITE_IOERR_SHORT_READ'];
/** Its error code for a full disk. */
const NO_SPACE = ['SQLITE_FULL', 'SQLITE_IOERR'];

export function isDamage(error: unknown): boolean {
  return isDamageCode((error as { readonly code?: string }).code ?? '');
}

export function isDamageCode(code: string): boolean {
  return DAMAGE.some((start) => code.startsWith(start));
}

export function isNoSpaceCode(code: string): boolean {
  return !isDamageCode(code) && NO_SPACE.some((start) => code.startsWith(start));
}

/** A publication's row in the table. */
export type StoredRow = {
  readonly offset: number;
  readonly time: number;
  readonly data: string;
  readonly info: string | null;
  readonly tags: string | null;
  readonly except_client: string | null;
  readonly entry: string | null;
};

/** Whether the row can be what was written: damage inside a page can leave its structure intact, but not its rows. */
export function isWhole({ offset, time, data, info, tags, except_client: except, entry }: StoredRow): boolean {
  return (
    Number.isSafeInteger(offset) &&
    Number.isSafeInteger(time) &&
    isJson(data) &&
    (info === null || isJson(info)) &&
    (tags === null || isJson(tags)) &&
    (except === null || typeof except === 'string') &&
    (entry === null || isJson(entry))
  );
}

function isJson(text: unknown): boolean {
  if (typeof text !== 'string') return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

type Range = { readonly after: number; readonly top: number; readonly reverse: boolean };

/**
 * The nearest position where a read can continue past damage after `after`, assuming one contiguous damaged range.
 * Undefined if nothing up to the end is readable. Probes about twice the logarithm of the distance.
 */
export function pastDamage(canRead: (after: number) => boolean, { after, top, reverse }: Range): number | undefined {
  const [sign, end] = reverse ? [-1, 1] : [1, top];
  const farthest = Math.abs(end - after);
  let [bad, step] = [0, 1];
  while (step < farthest && !canRead(after + sign * step)) {
    bad = step;
    step *= 2;
  }
  let good = Math.min(step, farthest);
  if (!canRead(after + sign * good)) return undefined;
  while (good - bad > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (canRead(after + sign * middle)) good = middle;
    else bad = middle;
  }
  return after + sign * good;
}
