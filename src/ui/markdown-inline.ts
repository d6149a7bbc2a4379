import { type Piece, pairRuns } from './markdown-emphasis.ts';
import { type Mark, runOf } from './markdown-flanking.ts';
import { angleLinkAt, destinationAt, mailLinkAt, webLinkAt } from './markdown-links.ts';
import { checkDepth, depthOf, type Inline, type Steps } from './markdown-tree.ts';

/** An opening bracket, and where its pieces begin. */
type Bracket = { readonly at: number; readonly mark: string };

const SPECIAL = /(?<!\S)(?:[A-Za-z]:\\|\\\\)|[\\`*_~[\]!<@\n]|https?:\/\/|www\./giu;
/** A path of Windows: its backslashes escape nothing. */
const WINDOWS_PATH = /(?:[A-Za-z]:\\|\\\\[\w.$-]+\\)\S*/y;
/** What a backslash is taken away before: characters that would mean something there. */
const ESCAPABLE = /^[`*_~[\]<]$/;

/** Reads the marks within a paragraph. */
export function readInlines(text: string, steps: Steps): readonly Inline[] {
  return new InlineReader(text, steps).read();
}

class InlineReader {
  readonly #text: string;
  readonly #steps: Steps;
  readonly #pieces: Piece[] = [];
  #brackets: Bracket[] = [];
  #at = 0;
  /** Where text begins that is not among the pieces yet. */
  #from = 0;
  #ticks: Map<number, number[]> | undefined;

  constructor(text: string, steps: Steps) {
    this.#text = text;
    this.#steps = steps;
  }

  read(): readonly Inline[] {
    for (;;) {
      SPECIAL.lastIndex = this.#at;
      const found = SPECIAL.exec(this.#text);
      const next = found?.index ?? this.#text.length;
      this.#steps.take(next - this.#at + 1);
      this.#at = next;
      if (found === null) break;
      if (!this.#special(found[0])) this.#at += 1;
    }
    this.#keepText(this.#text.length);
    return pairRuns(this.#pieces, this.#steps);
  }

  /** Handles what stands here; false when it means nothing and is text. */
  #special(found: string): boolean {
    if (found.length > 1) return found.includes('\\') ? this.#path() : this.#webLink();
    switch (found) {
      case '\\':
        return this.#escape();
      case '`':
        return this.#code();
      case '\n':
        return this.#break();
      case '[':
        return this.#open('[');
      case '!':
        return this.#text[this.#at + 1] === '[' && this.#open('![');
      case ']':
        return this.#close();
      case '<':
        return this.#angles();
      case '@':
        return this.#mail();
      default:
        return this.#run(found as Mark);
    }
  }

  #run(mark: Mark): boolean {
    let end = this.#at;
    while (this.#text[end] === mark) end += 1;
    const sides = { before: characterBefore(this.#text, this.#at), after: characterAt(this.#text, end) };
    this.#steps.take(end - this.#at);
    const run = runOf(mark, end - this.#at, sides);
    if (run.canOpen || run.canClose) this.#put(run, end);
    else this.#at = end;
    return true;
  }

  #escape(): boolean {
    const next = this.#text[this.#at + 1] ?? '';
    const further = this.#text[this.#at + 2] ?? '';
    if (!ESCAPABLE.test(next) && !(next === '\\' && ESCAPABLE.test(further))) return false;
    this.#keepText(this.#at);
    this.#from = this.#at + 1;
    this.#at += 2;
    return true;
  }

  #path(): boolean {
    WINDOWS_PATH.lastIndex = this.#at;
    const path = WINDOWS_PATH.exec(this.#text)?.[0];
    if (path === undefined) return this.#text[this.#at] === '\\' && this.#escape();
    this.#steps.take(path.length);
    this.#at += path.length;
    return true;
  }

  #code(): boolean {
    const length = runLength(this.#text, this.#at);
    const start = this.#at + length;
    const end = this.#nextTicks(length, start);
    this.#steps.take(length);
    if (end === undefined) {
      this.#at = start;
      return true;
    }
    const code = this.#text.slice(start, end).replaceAll('\n', ' ');
    this.#steps.take(code.length);
    const padded = /^ .* $/.test(code) && code.trim() !== '';
    this.#put({ kind: 'code', text: padded ? code.slice(1, -1) : code }, end + length);
    return true;
  }

  /** Where the next run of exactly so many backticks begins. */
  #nextTicks(length: number, from: number): number | undefined {
    this.#ticks ??= runsOfTicks(this.#text, this.#steps);
    const starts = this.#ticks.get(length);
    // Asked for in the order of the text: each is passed once.
    while (starts !== undefined && (starts.at(-1) ?? from) < from) {
      starts.pop();
      this.#steps.take(1);
    }
    return starts?.at(-1);
  }

  #break(): boolean {
    let end = this.#at;
    while (end > this.#from && ' \t'.includes(this.#text[end - 1] as string)) end -= 1;
    this.#steps.take(this.#at - end + 1);
    this.#keepText(end);
    this.#pieces.push({ kind: 'break' });
    this.#at += 1;
    this.#from = this.#at;
    return true;
  }

  #open(mark: string): boolean {
    this.#keepText(this.#at);
    this.#brackets.push({ at: this.#pieces.length, mark });
    this.#put({ kind: 'text', text: mark }, this.#at + mark.length);
    return true;
  }

  #close(): boolean {
    const bracket = this.#brackets.pop();
    if (bracket === undefined) return false;
    const found = destinationAt(this.#text, this.#at + 1, this.#steps);
    if (found === undefined) return false;
    this.#keepText(this.#at);
    const inner = this.#pieces.splice(bracket.at).slice(1);
    this.#steps.take(inner.length + 1);
    this.#link(found.href, withoutLinks(pairRuns(inner, this.#steps)), found.end);
    // A link holds no link: brackets that are open around it are text.
    this.#brackets = [];
    return true;
  }

  #angles(): boolean {
    const found = angleLinkAt(this.#text, this.#at, this.#steps);
    if (found === undefined) return false;
    this.#link(found.href, [{ kind: 'text', text: found.text }], found.end);
    return true;
  }

  #webLink(): boolean {
    if (/[A-Za-z0-9]/.test(this.#text[this.#at - 1] ?? '')) return false;
    const found = webLinkAt(this.#text, this.#at, this.#brackets.length > 0, this.#steps);
    if (found === undefined) return false;
    this.#link(found.href, [{ kind: 'text', text: this.#text.slice(this.#at, found.end) }], found.end);
    return true;
  }

  #mail(): boolean {
    const found = mailLinkAt(this.#text, this.#at, { from: this.#from, steps: this.#steps });
    if (found === undefined) return false;
    this.#at -= found.name;
    this.#link(found.href, [{ kind: 'text', text: this.#text.slice(this.#at, found.end) }], found.end);
    return true;
  }

  #link(href: string, children: readonly Inline[], end: number): void {
    const depth = depthOf(children) + 1;
    checkDepth(depth);
    const shown = children.length === 0 ? [{ kind: 'text', text: href } as const] : children;
    this.#put({ kind: 'link', href, children: shown, depth }, end);
  }

  #put(piece: Piece, end: number): void {
    this.#keepText(this.#at);
    this.#pieces.push(piece);
    this.#at = end;
    this.#from = end;
  }

  #keepText(end: number): void {
    if (end > this.#from) this.#pieces.push({ kind: 'text', text: this.#text.slice(this.#from, end) });
    this.#from = end;
  }
}

/** Links in the text of a link are its text. */
function withoutLinks(children: readonly Inline[]): readonly Inline[] {
  return children.flatMap((child) => {
    if (!('children' in child)) return [child];
    const inner = withoutLinks(child.children);
    return child.kind === 'link' ? inner : [{ ...child, children: inner }];
  });
}

/** The places of runs of backticks by their length, the last one first. */
function runsOfTicks(text: string, steps: Steps): Map<number, number[]> {
  const runs = new Map<number, number[]>();
  for (let at = text.indexOf('`'); at !== -1; ) {
    const length = runLength(text, at);
    const starts = runs.get(length);
    if (starts === undefined) runs.set(length, [at]);
    else starts.push(at);
    at = text.indexOf('`', at + length);
  }
  steps.take(text.length);
  for (const starts of runs.values()) starts.reverse();
  return runs;
}

function runLength(text: string, at: number): number {
  let end = at;
  while (text[end] === text[at]) end += 1;
  return end - at;
}

function characterBefore(text: string, at: number): string {
  const unit = text[at - 1] ?? '';
  return /[\udc00-\udfff]/.test(unit) ? text.slice(Math.max(0, at - 2), at) : unit;
}

function characterAt(text: string, at: number): string {
  const code = text.codePointAt(at);
  return code === undefined ? '' : String.fromCodePoint(code);
}
