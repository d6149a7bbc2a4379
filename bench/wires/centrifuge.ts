import { CENTRIFUGE_JSON } from '../../src/wire-clients/centrifuge-json.ts';
import { CENTRIFUGE_PROTOBUF } from '../../src/wire-clients/centrifuge-protobuf.ts';
import { CONNECT_ID, SUBSCRIBE_ID } from '../../src/wire-clients/codec.ts';
import { FIRST_ID, ID, ID_DIGITS, readDigits } from '../load/message.ts';
import type { AckedWire, OnAck, Wire } from './wire.ts';

const { path, pong, encode } = CENTRIFUGE_JSON;
const CONNECT = { say: encode(CONNECT_ID, { kind: 'connect' }), until: '"connect"' };
const REPLY = Buffer.from('{"id":');
const LINE_END = 10;
const LETTER_E = 'e'.charCodeAt(0);

/** Centrifuge's client protocol in JSON. */
export const centrifugeWire: AckedWire = {
  subscriber: (channel) => ({
    path,
    steps: [CONNECT, { say: encode(SUBSCRIBE_ID, { kind: 'subscribe', channel }), until: '"subscribe"' }],
  }),
  publisher: () => ({ path, steps: [CONNECT] }),
  publication: (channel, json) => encode(FIRST_ID, { kind: 'publish', channel, json }),
  keepAlive: (text) => (text.trim() === pong ? pong : null),
  acks: readReplies,
  offsets: (buffer, start, end) => {
    const text = buffer.toString('latin1', start, end);
    return Array.from(text.matchAll(/"offset":(\d+)/g), (match) => Number(match[1]));
  },
};

/** The same, with frames from the server compressed above its minimum size. */
export const centrifugeDeflateWire: AckedWire = {
  ...centrifugeWire,
  subscriber: (channel) => ({ ...centrifugeWire.subscriber(channel), deflate: true }),
};

const PROTOBUF = { path: CENTRIFUGE_PROTOBUF.path };
const PROTOBUF_PING = '\0';
/** A reply starts with its id after its length; then comes the field of a connect result, or of a subscribe result. */
const CONNECT_PROTOBUF = {
  say: CENTRIFUGE_PROTOBUF.encode(CONNECT_ID, { kind: 'connect' }),
  until: '\x08\x01\x2a',
};

/** The same in Protobuf. */
export const centrifugeProtobufWire: Wire = {
  subscriber: (channel) => {
    const say = CENTRIFUGE_PROTOBUF.encode(SUBSCRIBE_ID, { kind: 'subscribe', channel });
    return { ...PROTOBUF, steps: [CONNECT_PROTOBUF, { say, until: '\x08\x02\x32' }] };
  },
  publisher: () => ({ ...PROTOBUF, steps: [CONNECT_PROTOBUF] }),
  publication: (channel, json) => CENTRIFUGE_PROTOBUF.encode(3, { kind: 'publish', channel, json }),
  keepAlive: (text) => (text === PROTOBUF_PING ? CENTRIFUGE_PROTOBUF.pong : null),
};

/** Publishers are signed-in people, one each, who send to rooms instead of publishing in channels. */
export function chatWire(cookies: readonly string[]): AckedWire {
  const signedIn = (index: number) => ({ path, steps: [CONNECT], cookie: cookies[index] ?? '' });
  return {
    ...centrifugeWire,
    publisher: (_, index) => signedIn(index),
    publication: (room, payload, index) =>
      `{"id":${ID},"rpc":{"method":"chat.send","data":{"room":"${room}","key":"bench-${index}-${ID}","text":${payload}}}}`,
  };
}

/**
 * One reply per line, several lines per frame: `{"id":1000000001,"publish":{}}`, or `"error"` in place of the result.
 */
function readReplies(buffer: Buffer, start: number, end: number, onAck: OnAck): void {
  for (let at = start; at < end; ) {
    if (isReply(buffer, at)) {
      const idAt = at + REPLY.length;
      onAck(readDigits(buffer, idAt, ID_DIGITS), buffer[idAt + ID_DIGITS + 2] !== LETTER_E);
    }
    // Replies are short: a native search costs more, and would continue past the frame.
    while (at < end && buffer[at] !== LINE_END) at += 1;
    at += 1;
  }
}

function isReply(buffer: Buffer, at: number): boolean {
  return buffer[at + 1] === REPLY[1] && buffer[at + 2] === REPLY[2] && buffer[at + 3] === REPLY[3];
}
