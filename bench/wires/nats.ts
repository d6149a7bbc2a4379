import { ID, ID_DIGITS, readDigits } from '../load/message.ts';
import type { AckedWire, OnAck, Role, Step, Wire } from './wire.ts';

const CONNECT: Step = { say: 'CONNECT {"verbose":false}\r\nPING\r\n', until: 'PONG' };
const INBOX = Buffer.from('_INBOX.');
const ERROR = Buffer.from('"error"');
const STREAM = 'BENCH';

/** NATS' client protocol in WebSocket frames (https://docs.nats.io/reference/reference-protocols/nats-protocol). */
export const natsWire: Wire = {
  subscriber: (channel) => ({ path: '/', steps: [CONNECT, subscribe(channel)] }),
  publisher: () => ({ path: '/', steps: [CONNECT] }),
  publication: (channel, payload) => `PUB ${channel} ${payload.length}\r\n${payload}\r\n`,
  keepAlive: (text) => (text.startsWith('PING') ? 'PONG\r\n' : null),
};

/** Publishing into a JetStream stream: the stream answers each publication to an inbox of the publisher. */
export const jetStreamWire: AckedWire = {
  ...natsWire,
  publisher: (_, index) => ({ path: '/', steps: [CONNECT, subscribe(`_INBOX.*.p${index}`)] }),
  publication: (channel, payload, index) =>
    `PUB ${channel} ${INBOX}${ID}.p${index} ${payload.length}\r\n${payload}\r\n`,
  acks: readAcks,
};

function subscribe(subject: string): Step {
  return { say: `SUB ${subject} 1\r\nPING\r\n`, until: 'PONG' };
}

/** A client that creates a stream which stores these subjects in files. */
export function streamMaker(subjects: readonly string[]): Role {
  const config = JSON.stringify({ name: STREAM, subjects, storage: 'file', retention: 'limits' });
  const request = `PUB $JS.API.STREAM.CREATE.${STREAM} made ${config.length}\r\n${config}\r\n`;
  return { path: '/', steps: [CONNECT, subscribe('made'), { say: request, until: '"created"' }] };
}

/** `MSG _INBOX.1000000001.p3 1 30\r\n{"stream":"BENCH", "seq":5}\r\n`, several per frame. */
function readAcks(buffer: Buffer, start: number, end: number, onAck: OnAck): void {
  const frame = buffer.subarray(start, end);
  for (let at = frame.indexOf(INBOX); at >= 0; ) {
    const idAt = at + INBOX.length;
    at = frame.indexOf(INBOX, idAt);
    const answer = frame.subarray(idAt, at < 0 ? frame.length : at);
    onAck(readDigits(answer, 0, ID_DIGITS), !answer.includes(ERROR));
  }
}
