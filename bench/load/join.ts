import type { Role, Step, Wire } from '../wires/wire.ts';
import { EventSocket } from './event-socket.ts';
import { type Line, LoadSocket, type SocketEvents } from './socket.ts';

const ANSWER_MS = 30_000;
/** Bytes: longer messages are ignored. */
const LONGEST_KEEP_ALIVE = 16;
/** Concurrent upgrades: below the accept queue of servers. */
const CONNECTING = 200;

/** The wire methods of a client that only listens. */
type KeepAlive = Pick<Wire, 'keepAlive'>;

/** Connects as `role` and runs its steps in order. From then on it is idle. */
export async function join(port: number, role: Role, wire: KeepAlive): Promise<Line> {
  if (role.events !== undefined) return EventSocket.open({ port, path: role.path, until: role.events });
  const greeted = Promise.withResolvers<string>();
  let heard = '';
  const socket = await LoadSocket.connect(
    { port, ...role },
    {
      onFrame: (buffer, start, end) => {
        heard += buffer.toString('latin1', start, end);
        if (role.greeting !== undefined && heard.includes(role.greeting)) greeted.resolve(heard);
      },
      onClose: () => greeted.resolve(heard),
    },
  );
  const greeting = role.greeting === undefined ? '' : await greeted.promise;
  socket.handOver(idle(socket, wire));
  for (const step of stepsOf(role, greeting)) await take(socket, step, wire);
  return socket;
}

/** The role's steps for a client with this greeting. */
export function stepsOf({ steps }: Role, greeting: string): Step[] {
  return steps.map(({ say, ...rest }) => ({ ...rest, say: typeof say === 'function' ? say(greeting) : say }));
}

/** Sends one message and resolves to the reply. Before and after that the socket is idle. */
export async function take(socket: Line, { say, until }: Step, wire: KeepAlive): Promise<string> {
  const { onFrame } = idle(socket, wire);
  const answer = Promise.withResolvers<string>();
  const timeout = setTimeout(() => answer.reject(new Error(`no ${until} after ${say}`)), ANSWER_MS);
  if (until === undefined) answer.resolve('');
  socket.handOver({
    onFrame: (buffer, start, end, opcode) => {
      const text = buffer.toString('latin1', start, end);
      if (until !== undefined && text.includes(until)) answer.resolve(text);
      else onFrame(buffer, start, end, opcode);
    },
    onClose: () => answer.reject(new Error(`closed after ${say}`)),
  });
  socket.say(say);
  try {
    return await answer.promise;
  } finally {
    clearTimeout(timeout);
    socket.handOver(idle(socket, wire));
  }
}

/** Runs `one(index)` `count` times, at most 200 at once; results in order. */
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

/** Events of an idle socket: it answers keep-alives and counts nothing. */
export function idle(socket: Line, wire: KeepAlive, onClose?: () => void): SocketEvents {
  return {
    onFrame: (buffer, start, end) => {
      if (end - start > LONGEST_KEEP_ALIVE) return;
      const answer = wire.keepAlive(buffer.toString('latin1', start, end));
      if (answer !== null) socket.say(answer);
    },
    ...(onClose && { onClose }),
  };
}
