import type { Since } from '../../core/protocol/commands.ts';

/**
 * The last argument of a publication's event, which the client sends on reconnect. `told`: the same for all clients of
 * the channel; `number` is the publication's in the journal. `replayed`: the `step`-th event of a replay to one client.
 * `run` identifies the server's run.
 */
export type Cursor = { readonly run: string } & (
  | ({ readonly kind: 'told'; readonly number: number; readonly channel: string } & Since)
  | { readonly kind: 'replayed'; readonly replay: number; readonly step: number }
);

const TOLD = /^([a-z0-9]+)\.(\d{1,16})\.(\d{1,16})\.([^.]*)\.(.+)$/su;
const REPLAYED = /^([a-z0-9]+)~(\d{1,16})~(\d{1,16})$/;

export function encodeCursor(cursor: Cursor): string {
  if (cursor.kind === 'replayed') return `${cursor.run}~${cursor.replay}~${cursor.step}`;
  const { run, number, offset, epoch, channel } = cursor;
  return `${run}.${number}.${offset}.${epoch}.${channel}`;
}

/** Undefined for a text no Banyan server has written. */
export function decodeCursor(text: string): Cursor | undefined {
  const [, by, replay, step] = REPLAYED.exec(text) ?? [];
  if (by !== undefined) return { kind: 'replayed', run: by, replay: Number(replay), step: Number(step) };
  const [, run = '', number, offset, epoch = '', channel = ''] = TOLD.exec(text) ?? [];
  if (channel === '') return undefined;
  return { kind: 'told', run, number: Number(number), offset: Number(offset), epoch, channel };
}
