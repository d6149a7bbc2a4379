import type { Run } from './markdown-flanking.ts';
import { checkDepth, depthOf, type Inline, type Steps } from './markdown-tree.ts';

export type Piece = Inline | Run;

/** What came after an opening run that can still be closed. `id` increases with the position. */
type Frame = { readonly id: number; readonly run: Run; left: number; children: Inline[] };

/**
 * Pairs runs of marks (CommonMark 0.31, appendix "process emphasis"). Each piece is moved once per span around it, and
 * a failed search is not repeated over the same runs, so the work is linear.
 */
export function pairRuns(pieces: readonly Piece[], steps: Steps): readonly Inline[] {
  return new Pairing(steps).pair(pieces);
}

class Pairing {
  readonly #steps: Steps;
  readonly #done: Inline[] = [];
  readonly #frames: Frame[] = [];
  /** For each kind of closing run the frame up to which none matches. */
  readonly #bottoms = new Map<string, number>();
  #nextId = 1;

  constructor(steps: Steps) {
    this.#steps = steps;
  }

  pair(pieces: readonly Piece[]): readonly Inline[] {
    for (const piece of pieces) {
      this.#steps.take(1);
      if ('mark' in piece) this.#meet(piece);
      else this.#top().push(piece);
    }
    this.#flatten(0);
    return this.#done;
  }

  #meet(run: Run): void {
    const left = run.canClose ? this.#close(run) : run.length;
    if (left === 0) return;
    if (run.canOpen) this.#frames.push({ id: this.#nextId++, run, left, children: [] });
    else this.#top().push(marks(run, left));
  }

  /** Closes what matches, and returns how many of its marks are left. */
  #close(run: Run): number {
    let left = run.length;
    while (left > 0) {
      const at = this.#opener(run);
      if (at === undefined) return left;
      left -= this.#wrap(at, left);
    }
    return 0;
  }

  #opener(run: Run): number | undefined {
    const key = `${run.mark}${run.canOpen}${run.length % 3}`;
    const bottom = this.#bottoms.get(key) ?? 0;
    for (let at = this.#frames.length - 1; at >= 0; at -= 1) {
      this.#steps.take(1);
      const frame = this.#frames[at] as Frame;
      if (frame.id <= bottom) break;
      if (fits(frame, run)) return at;
    }
    this.#bottoms.set(key, this.#frames.at(-1)?.id ?? bottom);
    return undefined;
  }

  /** Creates a span of everything after the opening run; returns how many marks it used on each side. */
  #wrap(at: number, left: number): number {
    this.#flatten(at + 1);
    const frame = this.#frames[at] as Frame;
    const taken = Math.min(2, left, frame.left);
    const depth = depthOf(frame.children) + 1;
    checkDepth(depth);
    this.#steps.take(frame.children.length);
    const kind = frame.run.mark === '~' ? 'del' : taken === 2 ? 'strong' : 'em';
    const span: Inline = { kind, children: frame.children, depth };
    frame.left -= taken;
    frame.children = [span];
    if (frame.left === 0) {
      this.#frames.pop();
      this.#top().push(span);
    }
    return taken;
  }

  /** The runs from this one on open nothing: they are text of the surrounding span. */
  #flatten(from: number): void {
    const open = this.#frames.splice(from);
    const parent = this.#top();
    for (const { run, left, children } of open) {
      this.#steps.take(children.length + 1);
      parent.push(marks(run, left));
      for (const child of children) parent.push(child);
    }
  }

  #top(): Inline[] {
    return this.#frames.at(-1)?.children ?? this.#done;
  }
}

function fits({ run: opener }: Frame, closer: Run): boolean {
  if (opener.mark !== closer.mark) return false;
  if (closer.mark === '~') return true;
  // "Rule of 3": else `*a**b*` would close in its midst.
  if (!opener.canClose && !closer.canOpen) return true;
  const sum = opener.length + closer.length;
  return sum % 3 !== 0 || (opener.length % 3 === 0 && closer.length % 3 === 0);
}

function marks({ mark }: Run, left: number): Inline {
  return { kind: 'text', text: mark.repeat(left) };
}
