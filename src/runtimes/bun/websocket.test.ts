import { expect, test } from 'bun:test';
import { HandClock } from '../../../tests/core/hand-clock.ts';
import { Guard } from '../../core/guard.ts';
import type { Node } from '../../core/node/node.ts';
import { centrifugeJson } from '../../protocols/centrifuge/protocol.ts';
import { NO_COMPRESSION } from './compression.ts';
import { type SocketData, socketHandler } from './websocket.ts';

test("FA8 an exception in one socket's handler closes that socket, is counted, and affects no other", async () => {
  const counted: unknown[] = [];
  const telemetry = {
    record: () => undefined,
    count: (name: string, labels: object = {}) => void counted.push({ name, ...labels }),
  };
  const session = {
    receive: (frame: string) => {
      if (frame === 'throw') throw new Error('injected');
    },
    heard: () => undefined,
    drained: () => undefined,
    closed: () => undefined,
  };
  const guard = new Guard({ clock: new HandClock(), telemetry });
  const node = { guard, open: () => session } as unknown as Node;
  const server: Bun.Server<SocketData> = Bun.serve<SocketData>({
    port: 0,
    fetch: (request, listening): Response | undefined => {
      const data = {
        protocol: centrifugeJson,
        principal: { kind: 'anonymous' },
        address: '',
        session: undefined,
      } as const;
      return listening.upgrade(request, { data }) ? undefined : new Response('', { status: 400 });
    },
    websocket: socketHandler(() => node, { maxFrameBytes: 1_000, maxBacklogBytes: 1_000, compression: NO_COMPRESSION }),
  });
  const open = async () => {
    const socket = new WebSocket(`ws://localhost:${server.port}`);
    const closed = new Promise<void>((resolve) => socket.addEventListener('close', () => resolve()));
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    return { socket, closed };
  };
  const [broken, other] = [await open(), await open()];
  broken.socket.send('throw');
  await broken.closed;
  other.socket.send('fine');
  await (await open()).socket.close();
  expect(other.socket.readyState).toBe(WebSocket.OPEN);
  expect(counted).toEqual([{ name: 'banyan_part_failures_total', part: 'sockets' }]);
  await server.stop(true);
});
