import type { Since } from '../../core/commands.ts';

/**
 * The last argument of a publication's event, which the client brings when it comes back. `told`: as all clients of the
 * channel get it; `number` is the publication's in the journal of that run of the server. `exact`: of what a client is
 * given as it comes back, where it says for itself in which place each of its channels is.
 */
export type Cursor =
  | ({ readonly kind: 'told'; readonly run: string; readonly number: number; readonly channel: string } & Since)
  | { readonly kind: 'exact'; readonly positions: ReadonlyMap<string, Since> };

const TOLD = /^([a-z0-9]+)\.(\d{1,16})\.(\d{1,16})\.([^.]*)\.(.+)$/su;

export function encodeCursor(cursor: Cursor): string {
  if (cursor.kind === 'exact') {
    return JSON.stringify([...cursor.positions].map(([channel, { epoch, offset }]) => [channel, epoch, offset]));
  }
  const { run, number, offset, epoch, channel } = cursor;
  return `${run}.${number}.${offset}.${epoch}.${channel}`;
}

/** Undefined for what none of our servers has written. */
export function decodeCursor(text: string): Cursor | undefined {
  if (text.startsWith('[')) return decodeExact(text);
  const [, run = '', number, offset, epoch = '', channel = ''] = TOLD.exec(text) ?? [];
  if (channel === '') return undefined;
  return { kind: 'told', run, number: Number(number), offset: Number(offset), epoch, channel };
}

function decodeExact(text: string): Cursor | undefined {
  try {
    const list: unknown = JSON.parse(text);
    if (!Array.isArray(list)) return undefined;
    const positions = new Map<string, Since>();
    for (const [channel, epoch, offset] of list as [unknown, unknown, unknown][]) {
      if (typeof channel !== 'string' || typeof epoch !== 'string' || !Number.isSafeInteger(offset)) return undefined;
      positions.set(channel, { epoch, offset: Math.max(0, offset as number) });
    }
    return { kind: 'exact', positions };
  } catch {
    return undefined;
  }
}
