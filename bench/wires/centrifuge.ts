import { WireWriter } from '../../src/protocols/centrifuge/wire-writer.ts';
import { ID, ID_DIGITS, readDigits } from '../load/message.ts';
import type { AckedWire, OnAck, Wire } from './wire.ts';

const PATH = '/connection/websocket';
const CONNECT = { say: '{"id":1,"connect":{}}', until: '"connect"' };
const REPLY = Buffer.from('{"id":');
const LINE_END = 10;
const LETTER_E = 'e'.charCodeAt(0);

/** Centrifuge's client protocol in JSON (https://centrifugal.dev/docs/transports/client_protocol). */
export const centrifugeWire: AckedWire = {
  subscriber: (channel) => ({
    path: PATH,
    steps: [CONNECT, { say: `{"id":2,"subscribe":{"channel":"${channel}"}}`, until: '"subscribe"' }],
  }),
  publisher: () => ({ path: PATH, steps: [CONNECT] }),
  publication: (channel, payload) => `{"id":${ID},"publish":{"channel":"${channel}","data":${payload}}}`,
  keepAlive: (text) => (text.trim() === '{}' ? '{}' : null),
  acks: readReplies,
  offsets: (buffer, start, end) => {
    const text = buffer.toString('latin1', start, end);
    return Array.from(text.matchAll(/"offset":(\d+)/g), (match) => Number(match[1]));
  },
};

/** The same, but that frames from the server are compressed where it finds them long enough. */
export const centrifugeDeflateWire: AckedWire = {
  ...centrifugeWire,
  subscriber: (channel) => ({ ...centrifugeWire.subscriber(channel), deflate: true }),
};

const encoder = new TextEncoder();
const PROTOBUF = { path: PATH, subprotocol: 'centrifuge-protobuf' };
const command = (id: number, body: number, write: (body: WireWriter) => unknown) =>
  new WireWriter().delimited((writer) => writer.uint(1, id).message(body, write)).finish();
/** An answer to the first command begins so behind its length: its id, and the number of a connect result. */
const CONNECT_PROTOBUF = { say: command(1, 4, () => undefined), until: '\x08\x01\x2a' };
const PING = '\0';

/** The same in Protobuf: numbers of https://github.com/centrifugal/protocol (definitions/client.proto). */
export const centrifugeProtobufWire: Wire = {
  subscriber: (channel) => ({
    ...PROTOBUF,
    steps: [CONNECT_PROTOBUF, { say: command(2, 5, (body) => body.text(1, channel)), until: '\x08\x02\x32' }],
  }),
  publisher: () => ({ ...PROTOBUF, steps: [CONNECT_PROTOBUF] }),
  publication: (channel, payload) => command(3, 7, (body) => body.text(1, channel).bytes(2, encoder.encode(payload))),
  keepAlive: (text) => (text === PING ? encoder.encode(PING) : null),
};

/** The wire of one signed-in person each publisher, sending to rooms instead of publishing in channels. */
export function chatWire(cookies: readonly string[]): AckedWire {
  const signedIn = (index: number) => ({ path: PATH, steps: [CONNECT], cookie: cookies[index] ?? '' });
  return {
    ...centrifugeWire,
    publisher: (_, index) => signedIn(index),
    publication: (room, payload, index) =>
      `{"id":${ID},"rpc":{"method":"chat.send","data":{"room":"${room}","key":"bench-${index}-${ID}","text":${payload}}}}`,
  };
}

/** One reply a line, several lines a frame: `{"id":1000000001,"publish":{}}`, or `"error"` in place of the result. */
function readReplies(buffer: Buffer, start: number, end: number, onAck: OnAck): void {
  for (let at = start; at < end; ) {
    if (isReply(buffer, at)) {
      const idAt = at + REPLY.length;
      onAck(readDigits(buffer, idAt, ID_DIGITS), buffer[idAt + ID_DIGITS + 2] !== LETTER_E);
    }
    // Replies are short: a native search costs more, and would run on past the frame.
    while (at < end && buffer[at] !== LINE_END) at += 1;
    at += 1;
  }
}

function isReply(buffer: Buffer, at: number): boolean {
  return buffer[at + 1] === REPLY[1] && buffer[at + 2] === REPLY[2] && buffer[at + 3] === REPLY[3];
}
