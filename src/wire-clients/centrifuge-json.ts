import type { Codec, Command, Message, Reply } from './codec.ts';
import { type Delivery, replyError } from './wire-client.ts';

const NEWLINE = '\n';

type Publication = { readonly data?: unknown; readonly offset?: number };
type Subscription = Partial<Omit<Reply, 'publications'>> & { readonly publications?: readonly Publication[] };
type Line = {
  readonly id?: number;
  readonly error?: { readonly code: number; readonly message: string };
  readonly subscribe?: Subscription;
  readonly push?: {
    readonly pub?: Publication;
    readonly unsubscribe?: { readonly code: number; readonly reason: string };
  };
};

/** The Centrifuge protocol in JSON: lines, several in a frame. https://centrifugal.dev/docs/transports/client_protocol */
export const CENTRIFUGE_JSON = {
  path: '/connection/websocket',
  pong: '{}',
  encode: (id: number, command: Command): string => `{"id":${id},"${command.kind}":${bodyOf(command)}}`,
  decode: (frame) => {
    const lines = String(frame)
      .split(NEWLINE)
      .filter((line) => line !== '');
    return lines.flatMap((line) => messagesOf(JSON.parse(line) as Line));
  },
} satisfies Codec;

function bodyOf(command: Command): string {
  switch (command.kind) {
    case 'connect':
      return command.token ? JSON.stringify({ token: command.token }) : '{}';
    case 'subscribe': {
      const { channel, since } = command;
      return JSON.stringify({ channel, ...(since && { recover: true, epoch: since.epoch, offset: since.offset }) });
    }
    case 'publish':
      return `{"channel":${JSON.stringify(command.channel)},"data":${command.json}}`;
    default:
      return command satisfies never;
  }
}

function messagesOf({ id, error, subscribe, push }: Line): Message[] {
  if (id !== undefined && error !== undefined)
    return [{ kind: 'error', id, error: replyError(error.code, error.message) }];
  if (id !== undefined) return [{ kind: 'reply', id, reply: replyOf(subscribe ?? {}) }];
  if (push === undefined) return [{ kind: 'ping' }];
  const { pub, unsubscribe } = push;
  if (pub !== undefined) return [{ kind: 'publication', publication: deliveryOf(pub) }];
  if (unsubscribe === undefined) return [];
  return [{ kind: 'end', why: `unsubscribed ${unsubscribe.code}: ${unsubscribe.reason}` }];
}

function replyOf({ epoch = '', offset = 0, recovered = false, publications = [] }: Subscription): Reply {
  return { epoch, offset, recovered, publications: publications.map(deliveryOf) };
}

function deliveryOf({ data, offset = 0 }: Publication): Delivery<unknown> {
  return { offset, data };
}
