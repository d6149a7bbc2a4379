/** A message's Markdown, read. Marks that mean nothing are text. */
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

/** Thrown for a text that is to be shown as it was typed. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/** Deeper nesting is more than a browser's layout can take, and nobody means it. */
const DEEPEST = 20;
/** What no text costs that is not made to hurt; the worst shapes known take a quarter of it. */
const STEPS_PER_CHARACTER = 100;

/** Counts the work of reading a text, and ends it where it would grow faster than the text. */
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
