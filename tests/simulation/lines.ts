import type { Frame } from '../../src/core/protocol/protocol.ts';
import type { Position } from '../../src/ports/log.ts';

/** A publication as a client parses it; without an offset in channels without history. */
export type Pub = { readonly offset?: number; readonly data: string };

/** The start of a subscription. */
export type Start = {
  readonly epoch?: string;
  readonly offset?: number;
  readonly was_recovering?: boolean;
  readonly recovered?: boolean;
  readonly publications?: readonly Pub[];
};

export type HistoryAnswer = Position & { readonly publications: readonly Pub[] };

/** A line the server sends in the Centrifuge protocol; `{}` is a ping. */
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

/** The lines of a frame. A frame sent to many is parsed once. */
export function parseFrame(frame: Frame): readonly Line[] {
  if (frame !== lastFrame) {
    lastLines = String(frame)
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    lastFrame = frame;
  }
  return lastLines;
}
