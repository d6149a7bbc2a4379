import type { Wire } from '../wires/wire.ts';
import { type Launch, ServerProcess } from './server-process.ts';

/** A server that can be measured. */
export type Target = {
  readonly name: string;
  readonly wire: Wire;
  /** Why it cannot be measured on this machine, or null. */
  readonly missing: () => string | null;
  readonly launch: (port: number) => Omit<Launch, 'port'>;
};

const FIRST_PORT = 8160;
const PORTS = 30;
let used = 0;

/** Ports 8160–8189 in turn: a new one each time, since the last server's closed connections linger on its port. */
export function nextPort(): number {
  used += 1;
  return FIRST_PORT + ((used - 1) % PORTS);
}

/** Starts the target, passes it to `use` and stops it afterwards. */
export async function withServer<T>(
  target: Target,
  use: (server: ServerProcess, port: number) => Promise<T>,
  options: Pick<Launch, 'folder' | 'unpinned'> = {},
): Promise<T> {
  const port = nextPort();
  const server = await ServerProcess.start({ port, ...target.launch(port), ...options });
  try {
    return await use(server, port);
  } finally {
    await server.stop();
  }
}

export function missingProgram(program: string): string | null {
  return Bun.which(program) === null ? `${program} is not installed` : null;
}
