/** A note about an option. `left`: left out; `changed`: translated to something else. */
export type Note = { readonly option: string; readonly how: 'left' | 'changed'; readonly why: string };

/** Our settings, as in a settings file, and the notes about them. */
export class Translation {
  readonly settings: Record<string, unknown> = {};
  readonly notes: Note[] = [];

  set(key: string, value: unknown): void {
    if (value !== undefined) this.settings[key] = value;
  }

  left(option: string, why: string): void {
    this.notes.push({ option, how: 'left', why });
  }

  changed(option: string, why: string): void {
    this.notes.push({ option, how: 'changed', why });
  }

  /** Clamps the value to limits, with a note if it changed. */
  within(option: string, value: number, [min, max]: readonly [min: number, max: number]): number {
    const bounded = Math.min(max, Math.max(min, Math.round(value)));
    if (bounded !== value)
      this.changed(option, `${value} became ${bounded}: here it is a whole number from ${min} to ${max}`);
    return bounded;
  }

  /** A secret that is long enough, or a generated one in its place. */
  secret(option: string, value: string, length: number): string {
    if (value.length >= length) return value;
    this.changed(
      option,
      `has fewer than ${length} characters, so that it could be guessed; a new one was made, which your programs must get`,
    );
    return newSecret();
  }
}

export function newSecret(): string {
  return `${crypto.randomUUID()}${crypto.randomUUID()}`.replaceAll('-', '');
}

export type Tree = Readonly<Record<string, unknown>>;

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a path of names, as `client.token.issuer`. */
export function at(tree: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((found, name) => (isTree(found) && Object.hasOwn(found, name) ? found[name] : undefined), tree);
}

/** Parsed like the original programs: numbers and booleans may be texts, too. */
export function textAt(tree: unknown, path: string): string {
  const value = at(tree, path);
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

export function flagAt(tree: unknown, path: string): boolean {
  const value = at(tree, path);
  return value === true || value === 1 || (typeof value === 'string' && /^(true|1|t|on|yes)$/i.test(value));
}

export function numberAt(tree: unknown, path: string): number | undefined {
  const value = at(tree, path);
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value.replaceAll('_', '')) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

export function textsAt(tree: unknown, path: string): readonly string[] {
  const value = at(tree, path);
  if (Array.isArray(value)) return value.filter((each) => typeof each === 'string');
  return typeof value === 'string' ? value.split(/[\s,]+/).filter((each) => each !== '') : [];
}

export function treesAt(tree: unknown, path: string): readonly Tree[] {
  const value = at(tree, path);
  return Array.isArray(value) ? value.filter(isTree) : [];
}

/** Every value that is not an object, with its path: `[]` stands for any item of a list of objects. */
export function leavesOf(value: unknown, path = ''): readonly (readonly [path: string, value: unknown])[] {
  if (isTree(value)) {
    return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, path === '' ? name : `${path}.${name}`));
  }
  if (Array.isArray(value) && value.some(isTree)) return value.flatMap((inner) => leavesOf(inner, `${path}[]`));
  return [[path, value]];
}

/** Whether a value equals the default. */
export function isUnset(value: unknown, standard: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false || value === 0) return true;
  if (Array.isArray(value)) return value.length === 0;
  return standard !== undefined && String(value) === String(standard);
}
