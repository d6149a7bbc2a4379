import { connect, createServer, type Socket } from 'node:net';

/** A proxy that can hold back the server's data for a while; the client's data always passes. */
export type HaltingLine = {
  readonly url: string;
  halt(): void;
  goOn(): void;
  close(): void;
};

export async function startHaltingLine(target: string): Promise<HaltingLine> {
  const { hostname, port } = new URL(target);
  const halves = new Set<Socket>();
  let isHalted = false;
  const listener = createServer((client) => {
    const server = connect(Number(port), hostname);
    halves.add(server);
    if (isHalted) server.pause();
    server.on('data', (bytes) => void client.write(bytes));
    client.on('data', (bytes) => void server.write(bytes));
    server.on('close', () => {
      halves.delete(server);
      client.end();
    });
    client.on('close', () => server.destroy());
    for (const half of [server, client]) half.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port: own } = listener.address() as { readonly port: number };
  return {
    url: `http://127.0.0.1:${own}`,
    halt: () => {
      isHalted = true;
      for (const server of halves) server.pause();
    },
    goOn: () => {
      isHalted = false;
      for (const server of halves) server.resume();
    },
    close: () => {
      for (const server of halves) server.destroy();
      listener.close();
    },
  };
}
