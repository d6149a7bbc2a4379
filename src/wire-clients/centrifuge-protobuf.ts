import {
  allBytesOf,
  boolOf,
  bytesOf,
  readDelimited,
  readFields,
  textOf,
  uintOf,
} from '../protocols/centrifuge/wire-reader.ts';
import { WireWriter } from '../protocols/centrifuge/wire-writer.ts';
import type { Codec, Command, Message, Reply } from './codec.ts';
import { type Delivery, replyError } from './wire-client.ts';

/** Numbers of fields: https://github.com/centrifugal/protocol (definitions/client.proto) */
const REPLY = { id: 1, error: 2, push: 4, subscribe: 6 } as const;
const PUSH = { publication: 4, unsubscribe: 7 } as const;

const encoder = new TextEncoder();

/** The Centrifuge protocol in Protobuf: length-prefixed messages, several in a frame. */
export const CENTRIFUGE_PROTOBUF = {
  path: '/connection/websocket?format=protobuf',
  pong: Uint8Array.of(0),
  encode: (id: number, command: Command): Uint8Array =>
    new WireWriter().delimited((writer) => writeBody(writer.uint(1, id), command)).finish(),
  decode: (frame) => {
    if (typeof frame === 'string') throw new Error('text in a binary protocol');
    return readDelimited(frame).flatMap(messagesOf);
  },
} satisfies Codec;

function writeBody(writer: WireWriter, command: Command): unknown {
  switch (command.kind) {
    case 'connect':
      return writer.message(4, (body) => body.text(1, command.token ?? ''));
    case 'subscribe': {
      const { channel, since } = command;
      return writer.message(5, (body) => {
        body.text(1, channel);
        if (since !== undefined) body.bool(3, true).text(6, since.epoch).uint(7, since.offset);
      });
    }
    case 'publish':
      return writer.message(7, (body) => body.text(1, command.channel).bytes(2, encoder.encode(command.json)));
    default:
      return command satisfies never;
  }
}

function messagesOf(message: Uint8Array): Message[] {
  const fields = readFields(message);
  const id = uintOf(fields, REPLY.id);
  const error = bytesOf(fields, REPLY.error);
  if (error !== undefined) {
    const parts = readFields(error);
    return [{ kind: 'error', id, error: replyError(uintOf(parts, 1), textOf(parts, 2)) }];
  }
  if (id > 0) return [{ kind: 'reply', id, reply: replyOf(bytesOf(fields, REPLY.subscribe) ?? new Uint8Array()) }];
  const body = bytesOf(fields, REPLY.push);
  if (body === undefined) return [{ kind: 'ping' }];
  const push = readFields(body);
  const publication = bytesOf(push, PUSH.publication);
  if (publication !== undefined) return [{ kind: 'publication', publication: deliveryOf(publication) }];
  const unsubscribe = bytesOf(push, PUSH.unsubscribe);
  if (unsubscribe === undefined) return [];
  const parts = readFields(unsubscribe);
  return [{ kind: 'end', why: `unsubscribed ${uintOf(parts, 2)}: ${textOf(parts, 3)}` }];
}

function replyOf(body: Uint8Array): Reply {
  const fields = readFields(body);
  return {
    epoch: textOf(fields, 6),
    offset: uintOf(fields, 9),
    recovered: boolOf(fields, 8),
    publications: allBytesOf(fields, 7).map(deliveryOf),
  };
}

function deliveryOf(publication: Uint8Array): Delivery<unknown> {
  const fields = readFields(publication);
  return { offset: uintOf(fields, 6), data: parsed(textOf(fields, 4)) };
}

/** Undefined for data that is not JSON, as others may publish. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
