import { CENTRIFUGE_JSON } from '../../src/wire-clients/centrifuge-json.ts';
import { CONNECT_ID, SUBSCRIBE_ID } from '../../src/wire-clients/codec.ts';
import { connectPacket, SOCKET_IO } from '../../src/wire-clients/socket-io.ts';
import { centrifugeWire } from './centrifuge.ts';
import { socketIoWire } from './socket-io.ts';
import type { Role, Wire } from './wire.ts';

/** How a client requests what it missed. */
export type Recovery = {
  readonly wire: Wire;
  /** Text in the reply to one publication. */
  readonly ack: string;
  /** The client's role when it reconnects, made from everything it received on its first connection, as one text. */
  readonly comeBack: (channel: string, heard: string) => Role;
  /** Text that a server sends when it has recovered the client, before the end of the recovery. */
  readonly proof: string;
};

/** By epoch and offset; connect and subscribe are sent in one frame, as by the official client. */
export const centrifugeRecovery: Recovery = {
  wire: centrifugeWire,
  ack: '"publish"',
  comeBack: (channel, heard) => {
    const { path, encode } = CENTRIFUGE_JSON;
    const since = {
      epoch: lastMatch(heard, /"epoch":"([^"]*)"/g),
      offset: Number(lastMatch(heard, /"offset":(\d+)/g)),
    };
    const subscribe = encode(SUBSCRIBE_ID, { kind: 'subscribe', channel, since });
    return { path, steps: [{ say: `${encode(CONNECT_ID, { kind: 'connect' })}\n${subscribe}` }] };
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
    return { path: SOCKET_IO.path, steps: [{ say: connectPacket({ pid, offset }) }] };
  },
  proof: '"pid"',
};

function lastMatch(text: string, pattern: RegExp): string {
  return Array.from(text.matchAll(pattern)).at(-1)?.[1] ?? '';
}
