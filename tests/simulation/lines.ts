import type { Frame } from '../../src/core/protocol/protocol.ts';
import type { Position } from '../../src/ports/log.ts';

/** A publication as a client reads it; without an offset in channels that keep no history. */
export type Pub = { readonly offset?: number; readonly data: string };

/** How a subscription begins. */
export type Start = {
  readonly epoch?: string;
  readonly offset?: number;
  readonly was_recovering?: boolean;
  readonly recovered?: boolean;
  readonly publications?: readonly Pub[];
};

export type HistoryAnswer = Position & { readonly publications: readonly Pub[] };

/** What the server says in one line of the Centrifuge protocol; `{}` is a ping. */
export type Line = {
  readonly id?: number;
  readonly error?: { readonly code: number; readonly temporary?: boolean };
  readonly connect?: { readonly subs?: Readonly<Record<string, Start>> };
  readonly subscribe?: Start;
  readonly unsubscribe?: object;
  readonly publish?: object;
  readonly history?: HistoryAnswer;
  readonly push?: {
    readonly channel: string;
    readonly pub?: Pub;
    readonly subscribe?: Start;
    readonly unsubscribe?: { readonly code: number };
  };
};

let lastFrame: Frame = '{}';
let lastLines: readonly Line[] = [{}];

/** The lines of a frame. One that is fanned out is read once for all. */
export function parseFrame(frame: Frame): readonly Line[] {
  if (frame !== lastFrame) {
    lastLines = String(frame)
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    lastFrame = frame;
  }
  return lastLines;
}
