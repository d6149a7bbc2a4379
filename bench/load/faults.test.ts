import { afterEach, describe, expect, test } from 'bun:test';
import { centrifugeWire } from '../wires/centrifuge.ts';
import { plainWire } from '../wires/plain.ts';
import { centrifugeRecovery } from '../wires/recovery.ts';

/** Measurements are useful only if a misbehaving server is detected. The generator needs Linux. */
const onLinux = describe.skipIf(process.platform !== 'linux');

type Socket = Bun.ServerWebSocket<{ readonly path: string }>;
let server: Bun.Server<{ readonly path: string }> | null = null;

function serve(onMessage: (socket: Socket, message: string) => void): number {
  server = Bun.serve<{ readonly path: string }>({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request, self) =>
      self.upgrade(request, { data: { path: new URL(request.url).pathname } }) ? undefined : new Response('no'),
    websocket: {
      open: (socket) => {
        if (socket.data.path === '/subscribe') socket.subscribe('all');
      },
      message: (socket, message) => onMessage(socket, String(message)),
    },
  });
  return server.port ?? 0;
}

afterEach(() => server?.stop(true));

onLinux('fan-out', () => {
  const plan = { wire: plainWire, channel: '', subscribers: 10, payloadBytes: 64, warmSecs: 0.1, secs: 0.2 };

  test('counts every delivery of a correct server', async () => {
    const { runFanOut } = await import('./fan-out.ts');
    const port = serve((_, message) => server?.publish('all', message));
    const result = await runFanOut({ ...plan, port, pace: { kind: 'window', inFlight: 4 } });
    expect(result).toMatchObject({ missing: 0, closedSubscribers: 0 });
    expect(result.delivered).toBeGreaterThan(100);
    expect(result.latency.total).toBe(result.delivered);
  });

  test('keeps a fixed rate and detects dropped deliveries', async () => {
    const { runFanOut } = await import('./fan-out.ts');
    let seen = 0;
    const port = serve((_, message) => {
      seen += 1;
      if (seen % 10 !== 0) server?.publish('all', message);
    });
    const result = await runFanOut({ ...plan, port, pace: { kind: 'rate', perSecond: 500 } });
    expect(result.missing).toBe(Math.floor(seen / 10) * plan.subscribers);
    expect(result.published / result.seconds).toBeGreaterThan(250);
    expect(result.published / result.seconds).toBeLessThan(750);
  });
});

/** A minimal Centrifuge server for subscribing and publishing, with offsets from `nextOffset`. */
function serveCentrifuge(nextOffset: (before: number) => number, onSubscribe: (message: string) => string): number {
  let offset = 0;
  return serve((socket, frame) => {
    for (const line of frame.split('\n')) {
      const { id, connect, subscribe, publish } = JSON.parse(line);
      if (connect) socket.send(`{"id":${id},"connect":{}}\n{}`);
      if (subscribe) {
        socket.subscribe('all');
        socket.send(`{"id":${id},"subscribe":${onSubscribe(line)}}`);
      }
      if (!publish) continue;
      offset = nextOffset(offset);
      server?.publish('all', `{"push":{"pub":{"data":${JSON.stringify(publish.data)},"offset":${offset}}}}`);
      socket.send(`{"id":${id},"publish":{}}`);
    }
  });
}

onLinux('durable publishing', () => {
  for (const [title, step, outOfOrder] of [
    ['accepts offsets 1, 2, 3 …', (before: number) => before + 1, false],
    ['detects a gap in the offsets', (before: number) => before + (before === 50 ? 2 : 1), true],
  ] as const) {
    test(title, async () => {
      const { runAcked } = await import('./acked.ts');
      const port = serveCentrifuge(step, () => '{}');
      const hearers = { kind: 'subscribers', perChannel: 2 } as const;
      const load = { port, wire: centrifugeWire, channels: ['log:a'], publishers: 2, hearers };
      const pace = { kind: 'window', inFlight: 10 } as const;
      const result = await runAcked({ ...load, pace, payloadBytes: 64, warmSecs: 0.1, secs: 0.2 });
      expect(result.acked).toBeGreaterThan(100);
      expect(result).toMatchObject({ missing: 0, refused: 0, outOfOrder: outOfOrder ? 2 : 0 });
    });
  }
});

onLinux('reconnect', () => {
  for (const [title, missed, wrong] of [
    ['accepts clients that get what they missed', [1, 2, 3], 0],
    ['detects a repeated publication', [1, 2, 2, 3], 5],
  ] as const) {
    test(title, async () => {
      const { runReturning } = await import('./returning.ts');
      const publications = missed.map((number) => `{"data":{"missed":${number}}}`).join();
      const port = serveCentrifuge(
        (before) => before + 1,
        (line) => (line.includes('"recover":true') ? `{"recovered":true,"publications":[${publications}]}` : '{}'),
      );
      const plan = { port, recovery: centrifugeRecovery, channels: ['log:a'], clients: 5, missed: 3 };
      const result = await runReturning(plan);
      expect(result.recovered).toBe(5);
      expect(result.wrong).toBe(wrong);
    });
  }
});
