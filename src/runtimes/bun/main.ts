import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Server } from 'bun';
import { digests } from '../../adapters/bun/digests.ts';
import { createImages } from '../../adapters/bun/images.ts';
import { createPasswords } from '../../adapters/bun/passwords.ts';
import { webClient } from '../../adapters/bun/web-client.ts';
import { type CountingTelemetry, createTelemetry } from '../../adapters/pino/telemetry.ts';
import { type App, compose } from '../../app/compose.ts';
import type { Config } from '../../app/config.ts';
import { metricsOf } from '../../app/metrics.ts';
import { MIGRATIONS } from '../../app/migrations.ts';
import { openPorts, type Ports } from '../../app/ports.ts';
import { StartError } from '../../app/start-error.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import { CentrifugeEntrance } from './centrifuge-entrance.ts';
import { systemClock } from './clock.ts';
import { Connections } from './connections.ts';
import { createHttp, type Http } from './http.ts';
import { MetricsPage } from './metrics-page.ts';
import { PlainEntrance } from './plain-entrance.ts';
import { ProcessMetrics } from './process-metrics.ts';
import { PusherEntrance } from './pusher-entrance.ts';
import { Readiness } from './readiness.ts';
import { RoomsEntrance } from './rooms-entrance.ts';
import { SocketIoEntrance } from './socketio-entrance.ts';
import { BunFanout, type SocketData, socketHandler } from './websocket.ts';

export type RunningServer = {
  /** Where people open it. */
  readonly url: string;
  /** The one-time link that makes its user the owner, while there is none. */
  readonly ownerUrl: string | null;
  /** Tells clients to reconnect, commits what was accepted, frees port and data folder. */
  stop(): Promise<void>;
};

type Serving = {
  readonly app: App;
  readonly http: Http;
  readonly connections: Connections;
  readonly metrics: MetricsPage;
};

const SWEEP_MS = 60_000;
/** How long a stop waits for answers under way before it cuts what is left. */
const STOP_GRACE_MS = 5_000;

/**
 * Starts everything in this process. The port is taken before the data folder is touched, so that a start which
 * fails leaves nothing behind.
 *
 * @throws StartError with one line for the person who starts it.
 */
export async function startServer(config: Config): Promise<RunningServer> {
  const telemetry = createTelemetry({ level: config.logLevel, format: config.logFormat });
  const fanout = new BunFanout();
  const readiness = new Readiness();
  const processMetrics = new ProcessMetrics();
  let serving: Serving | undefined;
  const server = listen(config, readiness, () => serving);
  fanout.attach(server);
  let ports: Ports | undefined;
  try {
    ports = openPorts({
      dataFolder: config.data,
      memoryHistoryBytes: config.memoryHistoryBytes,
      backend: {
        ...{ urls: config.backendUrls, secret: config.backendSecret, timeoutMs: config.backendTimeoutMs },
        claimable: config.backendClaimedHeaders,
      },
      steps: MIGRATIONS,
      onDeath: (error) => dieOf(error, telemetry),
    });
    if (ports.isRestored) telemetry.record('warn', 'log.restored', { consequence: 'clients begin anew' });
    const ready = assemble(config, ports, { telemetry, fanout, server, processMetrics });
    const url = publicUrl(config, server);
    await ready.app.catchUp();
    const ownerPath = await ready.app.ownerPath();
    const ownerUrl = ownerPath === null ? null : `${url}${ownerPath}`;
    serving = ready;
    readiness.start(ports.checks);
    return { url, ownerUrl, stop: stopper({ server, app: ready.app, ports, telemetry, readiness, processMetrics }) };
  } catch (error) {
    processMetrics.stop();
    await server.stop(true);
    await ports?.close();
    throw error;
  }
}

type Made = {
  readonly telemetry: CountingTelemetry;
  readonly fanout: BunFanout;
  readonly server: Server<SocketData>;
  readonly processMetrics: ProcessMetrics;
};

function assemble(config: Config, ports: Ports, { telemetry, fanout, server, processMetrics }: Made): Serving {
  const runtime = {
    ...{ clock: systemClock, passwords: createPasswords(), images: createImages(), digests, webClient },
    ...{ telemetry, fanout },
  };
  const app = compose(config, ports, runtime);
  const http = createHttp(app, config, runtime);
  const bounds = { maxFrameBytes: config.maxFrameBytes, maxBacklogBytes: config.maxConnectionBacklogBytes };
  const parts = { app, server, streams: fanout.streams, bounds };
  const { socketio } = app;
  const entrances = [
    new CentrifugeEntrance(parts),
    new PlainEntrance({ ...parts, telemetry }),
    new PusherEntrance({ app, server }),
    new RoomsEntrance(app, telemetry),
    new SocketIoEntrance(
      { socketio, server, fanout, clock: systemClock, report: (error) => app.node.report(error, 'socketio.failed') },
      { path: '/socket.io/', pingMs: config.pingSeconds * 1_000, pongMs: config.pongSeconds * 1_000, ...bounds },
    ),
  ];
  const metrics = new MetricsPage(config, {
    families: () => [...metricsOf(app.node, telemetry.counts()), ...processMetrics.families()],
    addressOf: http.addressOf,
  });
  return { app, http, connections: new Connections({ app, http, telemetry, settings: config, entrances }), metrics };
}

function listen(config: Config, readiness: Readiness, serving: () => Serving | undefined): Server<SocketData> {
  const node = () => (serving() as Serving).app.node;
  try {
    return Bun.serve<SocketData>({
      port: config.port,
      hostname: config.host,
      idleTimeout: 120,
      // Answers for the time between taking the port and being ready, and for what `answer` could not foresee.
      error: () => new Response('internal server error', { status: 500 }),
      fetch: (request, server) => answer(request, server, { readiness, serving: serving() }),
      websocket: socketHandler(node, {
        maxFrameBytes: config.maxFrameBytes,
        maxBacklogBytes: config.maxConnectionBacklogBytes,
      }),
    });
  } catch (error) {
    throw new StartError(whyNotListening(config, error as Error & { code?: string }));
  }
}

function whyNotListening({ host, port }: Config, error: Error & { code?: string }): string {
  if (error.code === 'EADDRINUSE') return `port ${port} is in use; choose another with --port or PORT`;
  if (error.code === 'EACCES') return `port ${port} needs more rights than this user has; choose one above 1023`;
  return `cannot listen on ${host}:${port} (${error.message})`;
}

async function answer(
  request: Request,
  server: Server<SocketData>,
  { readiness, serving }: { readonly readiness: Readiness; readonly serving: Serving | undefined },
): Promise<Response | undefined> {
  // Undefined with a Host header that is none; the HTTP edge refuses that.
  const pathname = URL.parse(request.url)?.pathname;
  if (pathname === '/readyz') return readiness.answer();
  if (serving === undefined) return new Response('starting', { status: 503, headers: { 'Retry-After': '1' } });
  if (pathname === '/livez') return new Response('ok');
  const peer = server.requestIP(request)?.address ?? '';
  if (pathname === '/metrics') return serving.metrics.answer(request, peer);
  serving.http.settle(request, peer);
  return serving.connections.takes(pathname)
    ? serving.connections.answer(request, peer)
    : serving.http.fetch(request, peer);
}

type Running = {
  readonly server: Server<SocketData>;
  readonly app: App;
  readonly ports: Ports;
  readonly telemetry: Telemetry;
  readonly readiness: Readiness;
  readonly processMetrics: ProcessMetrics;
};

function stopper({ server, app, ports, telemetry, readiness, processMetrics }: Running): () => Promise<void> {
  const sweep = () =>
    ports.sweep(Date.now()).catch((error: Error) => {
      telemetry.record('warn', 'log.sweepFailed', { error: error.message });
    });
  const sweeping = setInterval(sweep, SWEEP_MS);
  sweeping.unref();
  return async () => {
    readiness.drain();
    clearInterval(sweeping);
    processMetrics.stop();
    const stopped = server.stop();
    await app.node.drain();
    await Promise.race([stopped, Bun.sleep(STOP_GRACE_MS)]);
    await server.stop(true);
    await ports.close();
  };
}

function publicUrl(config: Config, server: Server<SocketData>): string {
  if (config.publicUrl !== '') return config.publicUrl;
  const everywhere = config.host === '0.0.0.0' || config.host === '::';
  const host = everywhere ? (lanAddress() ?? 'localhost') : config.host;
  return `http://${isIPv6(host) ? `[${host}]` : host}:${server.port}`;
}

function lanAddress(): string | undefined {
  return Object.values(networkInterfaces())
    .flat()
    .find((found) => found?.family === 'IPv4' && !found.internal)?.address;
}

/** Without its database the process can promise nothing: whoever supervises it starts it anew. */
function dieOf(error: Error, telemetry: Telemetry): never {
  telemetry.record('error', 'database.died', { error: error.message });
  process.exit(70);
}
