import { DisconnectError } from '../../core/disconnects.ts';
import type { Frame, Protocol } from '../../core/protocol/protocol.ts';
import { decodeLine } from './decode.ts';
import { decodeEmulation } from './emulation.ts';
import { encodePush, encodeReply } from './encode.ts';
import { isCentrifugePush, isCentrifugeReply } from './message-types.ts';
import { negotiate } from './negotiate.ts';
import { decodeFrame } from './protobuf-decode.ts';
import { encodePush as encodeBinaryPush, encodeReply as encodeBinaryReply } from './protobuf-encode.ts';
import { decodeText } from './wire-reader.ts';

/**
 * The Centrifuge client protocol as JSON: one object per line, several lines per frame.
 * https://github.com/centrifugal/protocol (definitions/client.proto)
 */
export const centrifugeJson: Protocol = {
  name: 'cj',
  givesUpOnOldToken: true,
  requestsJoinLeave: true,
  ping: '{}',
  decode: (frame) => {
    const text = typeof frame === 'string' ? frame : decodeText(frame);
    if (!text.includes('\n')) return [decodeLine(text)];
    const lines = text.split('\n').filter((line) => line !== '');
    if (lines.length === 0) throw new DisconnectError('badRequest');
    return lines.map(decodeLine);
  },
  encodeReply: (id, reply) => (isCentrifugeReply(reply) ? encodeReply(id, reply) : []),
  encodePush: (push) => (isCentrifugePush(push) ? encodePush(push) : undefined),
  join: (frames) => frames.join('\n'),
};

/** The same as Protobuf: length-prefixed messages. A ping is a message without fields. */
export const centrifugeProtobuf: Protocol = {
  name: 'cp',
  givesUpOnOldToken: true,
  requestsJoinLeave: true,
  format: 'protobuf',
  ping: new Uint8Array([0]),
  decode: (frame) => {
    if (typeof frame === 'string' || frame.length === 0) throw new DisconnectError('badRequest');
    return decodeFrame(frame);
  },
  encodeReply: (id, reply) => (isCentrifugeReply(reply) ? encodeBinaryReply(id, reply) : []),
  encodePush: (push) => (isCentrifugePush(push) ? encodeBinaryPush(push) : undefined),
  join: (frames) => concat(frames as readonly Uint8Array[]),
};

/** Everything a runtime needs of this protocol. */
export const centrifuge = { json: centrifugeJson, protobuf: centrifugeProtobuf, negotiate, decodeEmulation } as const;

function concat(frames: readonly Uint8Array[]): Frame {
  const joined = new Uint8Array(frames.reduce((length, frame) => length + frame.length, 0));
  let at = 0;
  for (const frame of frames) {
    joined.set(frame, at);
    at += frame.length;
  }
  return joined;
}
