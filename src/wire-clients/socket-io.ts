import { CONNECT_ID, type Codec, type Command, EMPTY_REPLY, type Message } from './codec.ts';
import { type Delivery, replyError } from './wire-client.ts';

/** Packets of Engine.IO, and those of Socket.IO in them. https://socket.io/docs/v4/socket-io-protocol */
const PING = '2';
const CONNECTED = '40';
const EVENT = '42';
const ACK = /^43(\d+)(\[.*)$/s;
const REFUSED = '44';
const DISCONNECT = '41';

type Publication = { readonly offset?: number; readonly data?: unknown; readonly content?: unknown };
type Answer = {
  readonly ok: boolean;
  readonly error?: { readonly code: number; readonly message: string };
  readonly epoch?: string;
  readonly offset?: number;
  readonly recovered?: boolean;
  readonly publications?: readonly Publication[];
};

/** Socket.IO over WebSocket, in the main Socket.IO namespace, with the events that docs/socket-io.md names. */
export const SOCKET_IO = {
  path: '/socket.io/?EIO=4&transport=websocket',
  pong: '3',
  encode: (id: number, command: Command): string => {
    switch (command.kind) {
      case 'connect':
        return connectPacket(command.token ? { token: command.token } : undefined);
      case 'subscribe': {
        const { channel, since } = command;
        return eventPacket(id, 'subscribe', [
          JSON.stringify(channel),
          ...(since === undefined ? [] : [JSON.stringify({ since: { epoch: since.epoch, offset: since.offset } })]),
        ]);
      }
      case 'publish':
        return eventPacket(id, 'publish', [JSON.stringify(command.channel), command.json]);
      default:
        return command satisfies never;
    }
  },
  decode: (frame) => messagesOf(String(frame)),
} satisfies Codec;

/** Enters the main namespace, with the client's credentials. */
export function connectPacket(auth?: object): string {
  return `40${auth === undefined ? '' : JSON.stringify(auth)}`;
}

/** An event with an ack; the arguments are JSON texts. */
export function eventPacket(id: number, event: string, args: readonly string[]): string {
  return `42${id}[${[JSON.stringify(event), ...args].join(',')}]`;
}

function messagesOf(frame: string): Message[] {
  if (frame === PING) return [{ kind: 'ping' }];
  if (frame.startsWith(EVENT)) return eventsOf(JSON.parse(frame.slice(EVENT.length)));
  const [, id, answers] = ACK.exec(frame) ?? [];
  if (id !== undefined) return [answerOf(Number(id), JSON.parse(answers as string)[0] as Answer)];
  if (frame.startsWith(CONNECTED)) return [{ kind: 'reply', id: CONNECT_ID, reply: EMPTY_REPLY }];
  if (frame.startsWith(REFUSED)) return [refusalOf(frame.slice(REFUSED.length))];
  return frame.startsWith(DISCONNECT) ? [{ kind: 'end', why: 'disconnected by the server' }] : [];
}

/** A room's event is called `new_message`. */
function eventsOf([event, ...args]: readonly unknown[]): Message[] {
  if (event === 'publication')
    return [{ kind: 'publication', publication: deliveryOf({ ...(args[2] as Publication), data: args[1] }) }];
  if (event === 'new_message') return [{ kind: 'publication', publication: deliveryOf(args[0] as Publication) }];
  return [];
}

function answerOf(id: number, { ok, error, ...rest }: Answer): Message {
  if (!ok) return { kind: 'error', id, error: replyError(error?.code ?? 0, error?.message ?? 'refused') };
  const { epoch = '', offset = 0, recovered = false, publications = [] } = rest;
  return { kind: 'reply', id, reply: { epoch, offset, recovered, publications: publications.map(deliveryOf) } };
}

function refusalOf(text: string): Message {
  const { message = 'refused', data } = JSON.parse(text) as { message?: string; data?: { code?: number } };
  return { kind: 'error', id: CONNECT_ID, error: replyError(data?.code ?? 0, message) };
}

function deliveryOf({ offset = 0, data, content }: Publication): Delivery<unknown> {
  return { offset, data: data ?? content };
}
