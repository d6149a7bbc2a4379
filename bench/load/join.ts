import type { Role, Step, Wire } from '../wires/wire.ts';
import { LoadSocket, type SocketEvents } from './socket.ts';

const ANSWER_MS = 30_000;
/** Bytes: what is longer is not looked at. */
const LONGEST_KEEP_ALIVE = 16;
/** Upgrades under way at once: below what servers queue on the listening socket. */
const CONNECTING = 200;

/** Connects as `role` and takes its steps one after the other. What comes in later goes to nobody until `handOver`. */
export async function join(port: number, role: Role): Promise<LoadSocket> {
  const socket = await LoadSocket.connect({ port, ...role }, { onFrame: () => {} });
  for (const step of role.steps) await take(socket, step);
  return socket;
}

/** Says one thing and waits for the answer, which it resolves to; frames that come before that are dropped. */
export async function take(socket: LoadSocket, { say, until }: Step): Promise<string> {
  const answer = Promise.withResolvers<string>();
  const timeout = setTimeout(() => answer.reject(new Error(`no ${until} after ${say}`)), ANSWER_MS);
  const hear = (text: string) => {
    if (until === undefined || text.includes(until)) answer.resolve(text);
  };
  socket.handOver({
    onFrame: (buffer, start, end) => hear(buffer.toString('latin1', start, end)),
    onClose: () => answer.reject(new Error(`closed after ${say}`)),
  });
  socket.sendText(say);
  if (until === undefined) answer.resolve('');
  try {
    return await answer.promise;
  } finally {
    clearTimeout(timeout);
    socket.handOver({ onFrame: () => {} });
  }
}

/** `count` times `one(index)`, at most 200 at once; results in order. */
export async function inWaves<T>(count: number, one: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = new Array(count);
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const index = next;
      next += 1;
      results[index] = await one(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONNECTING, count) }, worker));
  return results;
}

/** Events of a socket that waits: it answers keep-alives and counts nothing. */
export function idle(socket: LoadSocket, wire: Wire, onClose?: () => void): SocketEvents {
  return {
    onFrame: (buffer, start, end) => {
      if (end - start > LONGEST_KEEP_ALIVE) return;
      const answer = wire.keepAlive(buffer.toString('latin1', start, end));
      if (answer !== null) socket.sendText(answer);
    },
    ...(onClose && { onClose }),
  };
}
