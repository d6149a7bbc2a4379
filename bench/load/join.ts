import type { Role, Wire } from '../wires/wire.ts';
import { LoadSocket, type SocketEvents } from './socket.ts';

const ANSWER_MS = 30_000;
/** Upgrades under way at once: below what servers queue on the listening socket. */
const CONNECTING = 200;

/** Connects as `role` and takes its steps one after the other. What comes in later goes to nobody until `handOver`. */
export async function join(port: number, role: Role): Promise<LoadSocket> {
  let heard: (text: string) => void = () => {};
  const listening: SocketEvents = {
    onFrame: (buffer, start, end) => heard(buffer.toString('latin1', start, end)),
  };
  const socket = await LoadSocket.connect({ port, ...role }, listening);
  for (const step of role.steps) {
    const { until } = step;
    if (until === undefined) {
      socket.sendText(step.say);
      continue;
    }
    const answered = new Promise<void>((resolve, reject) => {
      const timeout = setTimeout(() => reject(new Error(`no ${until} after ${step.say}`)), ANSWER_MS);
      heard = (text) => {
        if (!text.includes(until)) return;
        clearTimeout(timeout);
        resolve();
      };
    });
    socket.sendText(step.say);
    await answered;
  }
  return socket;
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
      const answer = wire.keepAlive(buffer.toString('latin1', start, end));
      if (answer !== null) socket.sendText(answer);
    },
    ...(onClose && { onClose }),
  };
}
