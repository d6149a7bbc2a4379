import { centrifugeWire } from './centrifuge.ts';
import { SOCKET_IO_PATH, socketIoWire } from './socket-io.ts';
import type { Role, Wire } from './wire.ts';

/** How a client asks for what it missed. */
export type Recovery = {
  readonly wire: Wire;
  /** Text in the answer to one publication. */
  readonly ack: string;
  /** The client's role when it comes back, made from all that it heard on its first visit, in one text. */
  readonly comeBack: (channel: string, heard: string) => Role;
  /** Text that a server which knew the client's place has said by the time all is there. */
  readonly proof: string;
};

/** By epoch and offset; connect and subscribe go out in one frame, as the official client sends them. */
export const centrifugeRecovery: Recovery = {
  wire: centrifugeWire,
  ack: '"publish"',
  comeBack: (channel, heard) => {
    const epoch = lastMatch(heard, /"epoch":"([^"]*)"/g);
    const offset = lastMatch(heard, /"offset":(\d+)/g);
    const subscribe = `{"id":2,"subscribe":{"channel":"${channel}","recover":true,"epoch":"${epoch}","offset":${offset}}}`;
    return { path: centrifugeWire.subscriber(channel).path, steps: [{ say: `{"id":1,"connect":{}}\n${subscribe}` }] };
  },
  proof: '"recovered":true',
};

/** Connection state recovery (https://socket.io/docs/v4/connection-state-recovery): private id and last packet's offset. */
export const socketIoRecovery: Recovery = {
  wire: socketIoWire,
  ack: '43',
  comeBack: (_, heard) => {
    const pid = lastMatch(heard, /"pid":"([^"]*)"/g);
    const offset = lastMatch(heard, /,"([^",]+)"\]/g);
    return { path: SOCKET_IO_PATH, steps: [{ say: `40${JSON.stringify({ pid, offset })}` }] };
  },
  proof: '"pid"',
};

function lastMatch(text: string, pattern: RegExp): string {
  return Array.from(text.matchAll(pattern)).at(-1)?.[1] ?? '';
}
