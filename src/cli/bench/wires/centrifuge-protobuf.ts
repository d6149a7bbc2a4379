import {
  allBytesOf,
  boolOf,
  bytesOf,
  readDelimited,
  readFields,
  textOf,
  uintOf,
} from '../../../protocols/centrifuge/wire-reader.ts';
import { WireWriter } from '../../../protocols/centrifuge/wire-writer.ts';
import type { Payloads } from '../payload.ts';
import type { Command, Format, Reply, Told } from './centrifuge.ts';
import type { Heard } from './wire.ts';

/** Numbers of fields: https://github.com/centrifugal/protocol (definitions/client.proto) */
const REPLY = { id: 1, error: 2, push: 4, subscribe: 6 } as const;
const PUSH = { publication: 4, unsubscribe: 7 } as const;

/** The Centrifuge protocol in Protobuf: messages behind their lengths, several in a frame. */
export function protobufFormat(payloads: Payloads): Format {
  const heardOf = (publication: Uint8Array): Heard => {
    const fields = readFields(publication);
    return { offset: uintOf(fields, 6), stamp: payloads.read(parsed(textOf(fields, 4))) };
  };
  const replyOf = (body: Uint8Array): Reply => {
    const fields = readFields(body);
    return {
      epoch: textOf(fields, 6),
      offset: uintOf(fields, 9),
      recovered: boolOf(fields, 8),
      heard: allBytesOf(fields, 7).map(heardOf),
    };
  };
  return {
    path: '/connection/websocket?format=protobuf',
    pong: Uint8Array.of(0),
    encode: (id, command) => new WireWriter().delimited((writer) => writeBody(writer.uint(1, id), command)).finish(),
    decode: (frame) => {
      if (typeof frame === 'string') throw new Error('text in a binary protocol');
      return readDelimited(frame).flatMap((message) => toldOf(message, { heardOf, replyOf }));
    },
  };
}

type Readers = { readonly heardOf: (bytes: Uint8Array) => Heard; readonly replyOf: (bytes: Uint8Array) => Reply };

function toldOf(message: Uint8Array, { heardOf, replyOf }: Readers): Told[] {
  const fields = readFields(message);
  const id = uintOf(fields, REPLY.id);
  const error = bytesOf(fields, REPLY.error);
  if (error !== undefined) {
    const parts = readFields(error);
    return [{ kind: 'error', id, code: uintOf(parts, 1), message: textOf(parts, 2) }];
  }
  if (id > 0) return [{ kind: 'reply', id, reply: replyOf(bytesOf(fields, REPLY.subscribe) ?? new Uint8Array()) }];
  const body = bytesOf(fields, REPLY.push);
  if (body === undefined) return [{ kind: 'ping' }];
  const push = readFields(body);
  const publication = bytesOf(push, PUSH.publication);
  if (publication !== undefined) return [{ kind: 'publication', heard: heardOf(publication) }];
  const unsubscribe = bytesOf(push, PUSH.unsubscribe);
  if (unsubscribe === undefined) return [];
  const parts = readFields(unsubscribe);
  return [{ kind: 'unsubscribe', code: uintOf(parts, 2), reason: textOf(parts, 3) }];
}

/** Data of a publication is JSON, or anything else in a channel that others use too. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const encoder = new TextEncoder();

function writeBody(writer: WireWriter, command: Command): unknown {
  switch (command.kind) {
    case 'connect':
      return writer.message(4, (body) => body.text(1, command.token));
    case 'subscribe': {
      const { channel, since } = command;
      return writer.message(5, (body) => {
        body.text(1, channel);
        if (since !== undefined) body.bool(3, true).text(6, since.epoch).uint(7, since.offset);
      });
    }
    case 'publish':
      return writer.message(7, (body) =>
        body.text(1, command.channel).bytes(2, encoder.encode(JSON.stringify(command.text))),
      );
    default:
      return command satisfies never;
  }
}
