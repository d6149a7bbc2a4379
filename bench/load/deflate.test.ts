import { afterEach, describe, expect, test } from 'bun:test';
import { plainWire } from '../wires/plain.ts';
import type { Wire } from '../wires/wire.ts';

/** The generator needs Linux. */
const onLinux = describe.skipIf(process.platform !== 'linux');
const wire: Wire = { ...plainWire, subscriber: () => ({ path: '/subscribe', steps: [], deflate: true }) };
const plan = { wire, channel: '', subscribers: 5, payloadBytes: 1_000, warmSecs: 0.1, secs: 0.2 };

let server: Bun.Server<{ readonly hears: boolean }> | undefined;
afterEach(() => server?.stop(true));

/** What one client sends on `/publish`, every client on `/subscribe` receives. */
function serve(perMessageDeflate: boolean): number {
  server = Bun.serve<{ readonly hears: boolean }>({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request, self) => {
      const hears = new URL(request.url).pathname === '/subscribe';
      return self.upgrade(request, { data: { hears } }) ? undefined : new Response('no');
    },
    websocket: {
      perMessageDeflate,
      open: (socket) => {
        if (socket.data.hears) socket.subscribe('all');
      },
      message: (_, message) => {
        server?.publish('all', message, perMessageDeflate);
      },
    },
  });
  return server.port ?? 0;
}

onLinux('permessage-deflate', () => {
  test('every compressed delivery is decoded, and its bytes on the wire are counted', async () => {
    const { runFanOut } = await import('./fan-out.ts');
    const result = await runFanOut({ ...plan, port: serve(true), pace: { kind: 'window', inFlight: 4 } });
    expect(result).toMatchObject({ missing: 0, closedSubscribers: 0 });
    expect(result.delivered).toBeGreaterThan(100);
    expect(result.receivedBytes / result.delivered).toBeLessThan(300);
  });

  test('a server that does not compress is refused, not measured', async () => {
    const { runFanOut } = await import('./fan-out.ts');
    const run = runFanOut({ ...plan, port: serve(false), pace: { kind: 'window', inFlight: 4 } });
    expect(await run.catch((error: Error) => error.message)).toBe('the server does not compress');
  });
});
