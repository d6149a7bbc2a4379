/** A message's parsed Markdown. Marks without a meaning are text. */
export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'break' }
  | Span;

/** `depth`: how many spans stand in each other, itself included. */
export type Span =
  | { readonly kind: 'strong' | 'em' | 'del'; readonly children: readonly Inline[]; readonly depth: number }
  | { readonly kind: 'link'; readonly href: string; readonly children: readonly Inline[]; readonly depth: number };

export type Block =
  | { readonly kind: 'paragraph'; readonly children: readonly Inline[] }
  | { readonly kind: 'heading'; readonly children: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'quote'; readonly blocks: readonly Block[] }
  /** `start`: the first number of an ordered list. */
  | { readonly kind: 'list'; readonly start: number | undefined; readonly items: readonly Item[] };

export type Item = { readonly checked: boolean | undefined; readonly blocks: readonly Block[] };

/** Thrown for a text that must be shown as typed. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/** Deeper nesting exceeds what browsers can lay out, and is never intended. */
const DEEPEST = 20;
/** More than any harmless text costs; the worst known shapes take a quarter of it. */
const STEPS_PER_CHARACTER = 100;

/** Counts the work of parsing a text, and stops it if it is not linear. */
export class Steps {
  #taken = 0;
  readonly #limit: number;

  constructor(length: number) {
    this.#limit = STEPS_PER_CHARACTER * (length + 10);
  }

  get taken(): number {
    return this.#taken;
  }

  take(steps: number): void {
    this.#taken += steps;
    if (this.#taken > this.#limit) throw new Unreadable('takes more steps than its length allows');
  }
}

/** Throws `Unreadable` where it is nested too deeply. */
export function checkDepth(depth: number): void {
  if (depth > DEEPEST) throw new Unreadable('is nested too deeply');
}

export function depthOf(children: readonly Inline[]): number {
  return children.reduce((deepest, child) => ('depth' in child ? Math.max(deepest, child.depth) : deepest), 0);
}
