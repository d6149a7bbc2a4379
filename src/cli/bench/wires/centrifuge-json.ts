import type { Payloads } from '../payload.ts';
import type { Command, Format, Reply, Told } from './centrifuge.ts';
import type { Heard } from './wire.ts';

const NEWLINE = '\n';

type Publication = { readonly data?: unknown; readonly offset?: number };
type Subscription = {
  readonly epoch?: string;
  readonly offset?: number;
  readonly recovered?: boolean;
  readonly publications?: readonly Publication[];
};
type Line = {
  readonly id?: number;
  readonly error?: { readonly code: number; readonly message: string };
  readonly subscribe?: Subscription;
  readonly push?: {
    readonly pub?: Publication;
    readonly unsubscribe?: { readonly code: number; readonly reason: string };
  };
};

/** The Centrifuge protocol in JSON: lines, several in a frame. */
export function jsonFormat(payloads: Payloads): Format {
  const heardOf = ({ data, offset = 0 }: Publication): Heard => ({ offset, stamp: payloads.read(data) });
  const replyOf = ({ epoch = '', offset = 0, recovered = false, publications = [] }: Subscription): Reply => ({
    ...{ epoch, offset, recovered },
    heard: publications.map(heardOf),
  });
  const toldOf = ({ id, error, subscribe, push }: Line): Told[] => {
    if (id !== undefined && error !== undefined) return [{ kind: 'error', id, ...error }];
    if (id !== undefined) return [{ kind: 'reply', id, reply: replyOf(subscribe ?? {}) }];
    if (push === undefined) return [{ kind: 'ping' }];
    if (push.pub !== undefined) return [{ kind: 'publication', heard: heardOf(push.pub) }];
    return push.unsubscribe === undefined ? [] : [{ kind: 'unsubscribe', ...push.unsubscribe }];
  };
  return {
    path: '/connection/websocket',
    pong: '{}',
    encode: (id, command) => JSON.stringify({ id, ...bodyOf(command) }),
    decode: (frame) => {
      const lines = String(frame)
        .split(NEWLINE)
        .filter((line) => line !== '');
      return lines.flatMap((line) => toldOf(JSON.parse(line) as Line));
    },
  };
}

function bodyOf(command: Command): object {
  switch (command.kind) {
    case 'connect':
      return { connect: command.token === '' ? {} : { token: command.token } };
    case 'subscribe': {
      const { channel, since } = command;
      return { subscribe: { channel, ...(since && { recover: true, epoch: since.epoch, offset: since.offset }) } };
    }
    case 'publish':
      return { publish: { channel: command.channel, data: command.text } };
    default:
      return command satisfies never;
  }
}
