import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Server } from 'bun';
import { createImages } from '../../adapters/bun/images.ts';
import { createPasswords } from '../../adapters/bun/passwords.ts';
import { createTelemetry } from '../../adapters/pino/telemetry.ts';
import { type App, compose } from '../../app/compose.ts';
import type { Config } from '../../app/config.ts';
import { MIGRATIONS } from '../../app/migrations.ts';
import { openPorts, type Ports } from '../../app/ports.ts';
import { StartError } from '../../app/start-error.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import { CentrifugeEntrance } from './centrifuge-entrance.ts';
import { systemClock } from './clock.ts';
import { Connections } from './connections.ts';
import { createHttp, type Http } from './http.ts';
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

type Serving = { readonly app: App; readonly http: Http; readonly connections: Connections };

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
  let serving: Serving | undefined;
  const server = listen(config, () => serving);
  fanout.attach(server);
  let ports: Ports | undefined;
  try {
    ports = openPorts({
      dataFolder: config.data,
      memoryHistoryBytes: config.memoryHistoryBytes,
      steps: MIGRATIONS,
      onDeath: (error) => dieOf(error, telemetry),
    });
    const ready = assemble(config, ports, { telemetry, fanout, server });
    const url = publicUrl(config, server);
    await ready.app.catchUp();
    const ownerPath = await ready.app.ownerPath();
    const ownerUrl = ownerPath === null ? null : `${url}${ownerPath}`;
    serving = ready;
    return { url, ownerUrl, stop: stopper(server, ready.app, ports) };
  } catch (error) {
    await server.stop(true);
    await ports?.close();
    throw error;
  }
}

type Made = { readonly telemetry: Telemetry; readonly fanout: BunFanout; readonly server: Server<SocketData> };

function assemble(config: Config, ports: Ports, { telemetry, fanout, server }: Made): Serving {
  const runtime = { clock: systemClock, passwords: createPasswords(), images: createImages(), telemetry, fanout };
  const app = compose(config, ports, runtime);
  const http = createHttp(app, config, runtime);
  const bounds = { maxFrameBytes: config.maxFrameBytes, maxBacklogBytes: config.maxConnectionBacklogBytes };
  const { socketio } = app;
  const entrances = [
    new CentrifugeEntrance({ app, server, streams: fanout.streams, bounds }),
    new SocketIoEntrance(
      { socketio, server, fanout, clock: systemClock, report: (error) => app.node.report(error, 'socketio.failed') },
      { path: '/socket.io/', pingMs: config.pingSeconds * 1_000, pongMs: config.pongSeconds * 1_000, ...bounds },
    ),
  ];
  return { app, http, connections: new Connections({ app, http, settings: config, entrances }) };
}

function listen(config: Config, serving: () => Serving | undefined): Server<SocketData> {
  const node = () => (serving() as Serving).app.node;
  try {
    return Bun.serve<SocketData>({
      port: config.port,
      hostname: config.host,
      idleTimeout: 120,
      // Answers for the time between taking the port and being ready, and for what `answer` could not foresee.
      error: () => new Response('internal server error', { status: 500 }),
      fetch: (request, server) => answer(request, server, serving()),
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
  serving: Serving | undefined,
): Promise<Response | undefined> {
  if (serving === undefined) return new Response('starting', { status: 503, headers: { 'Retry-After': '1' } });
  // Undefined with a Host header that is none; the HTTP edge refuses that.
  const pathname = URL.parse(request.url)?.pathname;
  if (pathname === '/livez') return new Response('ok');
  const peer = server.requestIP(request)?.address ?? '';
  serving.http.settle(request, peer);
  return serving.connections.takes(pathname)
    ? serving.connections.answer(request, peer)
    : serving.http.fetch(request, peer);
}

function stopper(server: Server<SocketData>, app: App, ports: Ports): () => Promise<void> {
  const sweeping = setInterval(() => ports.sweep(Date.now()), SWEEP_MS);
  sweeping.unref();
  return async () => {
    clearInterval(sweeping);
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
