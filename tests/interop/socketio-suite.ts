/**
 * The server for the official protocol suites of Engine.IO and Socket.IO: Banyan's node, transport and packets, with
 * the behaviour those suites expect of an application (echoes, timeouts of fractions of a second) in place of channels
 * and rooms. `npm run interop -- socket.io PATH` starts it with the settings of `socket.io.json`.
 */
import { readFileSync } from 'node:fs';
import { digests } from '../../src/adapters/bun/digests.ts';
import { createImages } from '../../src/adapters/bun/images.ts';
import { createPasswords } from '../../src/adapters/bun/passwords.ts';
import { webClient } from '../../src/adapters/bun/web-client.ts';
import { createTelemetry } from '../../src/adapters/pino/telemetry.ts';
import { compose } from '../../src/app/compose.ts';
import { loadConfig } from '../../src/app/load-config.ts';
import { MIGRATIONS } from '../../src/app/migrations.ts';
import { openPorts } from '../../src/app/ports.ts';
import { listOf } from '../../src/core/protocol/protocol.ts';
import { type EngineLine, type LineHandler, type Namespace, SocketIoLine } from '../../src/protocols/socketio/line.ts';
import { encodeAck, encodeConnect, encodeEvent } from '../../src/protocols/socketio/packets.ts';
import { systemClock } from '../../src/runtimes/bun/clock.ts';
import { NO_COMPRESSION } from '../../src/runtimes/bun/compression.ts';
import { Connections } from '../../src/runtimes/bun/connections.ts';
import { createHttp } from '../../src/runtimes/bun/http.ts';
import { ProcessMetrics } from '../../src/runtimes/bun/process-metrics.ts';
import { SocketIoEntrance } from '../../src/runtimes/bun/socketio-entrance.ts';
import { BunFanout, type SocketData, socketHandler } from '../../src/runtimes/bun/websocket.ts';

const TIMES = { pingMs: 300, pongMs: 200 };
const CONNECT_MS = 1_000;

const { config } = loadConfig({
  args: process.argv.slice(2),
  env: {},
  readFile: (path) => readFileSync(path, 'utf8'),
});
const fanout = new BunFanout();
const telemetry = createTelemetry({ level: 'warn', format: 'pretty' });
const processMetrics = new ProcessMetrics();
const runtime = {
  ...{ clock: systemClock, passwords: createPasswords(), images: createImages(), fanout, digests, webClient },
  ...{ telemetry, vitals: { counts: telemetry.counts, process: () => processMetrics.vitals() } },
};
const ports = openPorts({
  dataFolder: config.data,
  memoryHistoryBytes: config.memoryHistoryBytes,
  backend: { urls: {}, secret: '', timeoutMs: config.backendTimeoutMs },
  steps: MIGRATIONS,
  onDeath: (error) => {
    throw error;
  },
});
const app = compose(config, ports, runtime);
const bounds = {
  maxFrameBytes: config.maxFrameBytes,
  maxBacklogBytes: config.maxConnectionBacklogBytes,
  compression: NO_COMPRESSION,
};

/** Engine.IO's suite: every message is echoed. */
const echo = (line: EngineLine): LineHandler => ({
  receive: (message) => line.send(typeof message === 'string' ? `4${message}` : message),
  drained: () => undefined,
  closed: () => undefined,
});

/** Socket.IO's suite: the auth data is echoed on connect, and so are messages. */
const echoIn =
  (name: string): Namespace =>
  (line, { auth }) => {
    const say = (event: string, args: readonly unknown[]) => {
      const texts = args.map((arg) => JSON.stringify(arg));
      for (const frame of listOf(encodeEvent(name, event, texts))) line.send(frame);
    };
    line.send(encodeConnect(name, { sid: crypto.randomUUID() }));
    queueMicrotask(() => line.admit());
    say('auth', [auth]);
    return {
      event: ({ event, args, ack }) => {
        if (event === 'message') say('message-back', args);
        if (event !== 'message-with-ack' || ack === undefined) return;
        const texts = args.map((arg) => JSON.stringify(arg));
        for (const frame of listOf(encodeAck(name, ack, texts))) line.send(frame);
      },
      mistake: () => undefined,
      unasked: () => undefined,
      drained: () => undefined,
      closed: () => undefined,
    };
  };
const namespaces = new Map(['/', '/custom'].map((name) => [name, echoIn(name)]));

const server = Bun.serve<SocketData>({
  port: config.port,
  hostname: config.host,
  idleTimeout: 120,
  fetch: (request) => connections.answer(request, '127.0.0.1'),
  websocket: socketHandler(() => app.node, bounds),
});
fanout.attach(server);

const { engine } = app.socketio;
const parts = { server, fanout, clock: systemClock, guard: app.node.guard, report: console.error };
const connections = new Connections({
  app,
  telemetry: runtime.telemetry,
  http: createHttp(app, config, runtime),
  settings: config,
  entrances: [
    new SocketIoEntrance({ ...parts, socketio: { engine, open: echo } }, { path: '/engine.io/', ...TIMES, ...bounds }),
    new SocketIoEntrance(
      {
        ...parts,
        socketio: {
          engine,
          open: (line, caller) =>
            new SocketIoLine({ clock: systemClock, connectMs: CONNECT_MS, namespaces }, line, caller),
        },
      },
      { path: '/socket.io/', ...TIMES, ...bounds },
    ),
  ],
});
console.log(`listening on ${server.url}`);
