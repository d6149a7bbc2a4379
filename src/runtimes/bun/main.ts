import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Server } from 'bun';
import { digests } from '../../adapters/bun/digests.ts';
import { createImages } from '../../adapters/bun/images.ts';
import { createPasswords } from '../../adapters/bun/passwords.ts';
import { webClient } from '../../adapters/bun/web-client.ts';
import { type CountingTelemetry, createTelemetry } from '../../adapters/pino/telemetry.ts';
import { type App, compose } from '../../app/compose.ts';
import { type Config, SETTINGS } from '../../app/config.ts';
import { metricsOf } from '../../app/metrics.ts';
import { MIGRATIONS } from '../../app/migrations.ts';
import { openPorts, type Ports } from '../../app/ports.ts';
import { StartError } from '../../app/start-error.ts';
import { tracesSettingsOf } from '../../app/trace-settings.ts';
import { Guard } from '../../core/guard.ts';
import type { Node } from '../../core/node/node.ts';
import type { DrainPlan } from '../../core/sessions/drain.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { Traces } from '../../ports/traces.ts';
import { CentrifugeEntrance } from './centrifuge-entrance.ts';
import { systemClock } from './clock.ts';
import { Compression } from './compression.ts';
import { Connections } from './connections.ts';
import { connectionCapacity, warnOfFewFiles } from './file-limit.ts';
import { createHttp, type Http } from './http.ts';
import { MetricsPage } from './metrics-page.ts';
import { OpenFiles } from './open-files.ts';
import { PlainEntrance } from './plain-entrance.ts';
import { ProcessMetrics } from './process-metrics.ts';
import { PusherEntrance } from './pusher-entrance.ts';
import { Readiness } from './readiness.ts';
import { beginRequest, endRequest } from './request-span.ts';
import { RoomsEntrance } from './rooms-entrance.ts';
import { SocketIoEntrance } from './socketio-entrance.ts';
import { starting } from './turned-away.ts';
import { catchUncaught } from './uncaught.ts';
import { settleBody } from './unread-body.ts';
import { BunFanout, type SocketData, socketHandler } from './websocket.ts';

export type RunningServer = {
  /** The URL for browsers. */
  readonly url: string;
  /** The one-time owner link, until there is an owner. */
  readonly ownerUrl: string | null;
  /** Tells clients to reconnect, commits what was accepted, releases port and data folder. */
  stop(): Promise<void>;
  /** During a stop: tells all remaining clients at once. False if there are none. */
  hurry(): boolean;
};

type Serving = {
  readonly app: App;
  readonly http: Http;
  readonly connections: Connections;
  readonly metrics: MetricsPage;
  readonly traces: ClosableTraces | undefined;
};

type ClosableTraces = Traces & { close(deadlineMs: number): Promise<void> };

const SWEEP_MS = 60_000;
/**
 * How long a connection may take to send a request's headers, and be idle between two requests. Bun's steps are 4 s.
 */
const IDLE_TIMEOUT_S = 10;
/** How long a response, or the body of a request, may make no progress. */
const REQUEST_IDLE_S = 120;
/** How long a stop waits for running responses before it aborts them. */
const STOP_GRACE_MS = 5_000;
/** How long a stop waits for the trace collector to accept the last spans. */
const LAST_SPANS_MS = 2_000;

/**
 * Starts everything in this process. The port is taken before the data folder is opened, so that a failed start leaves
 * nothing behind.
 *
 * @throws StartError with one line for the operator.
 */
export async function startServer(config: Config): Promise<RunningServer> {
  const telemetry = createTelemetry({ level: config.logLevel, format: config.logFormat });
  if (config.clientInsecure && config.logFormat === 'json') telemetry.record('warn', 'server.insecure');
  const compression = new Compression({ fromBytes: config.compressFromBytes, fanoutBytes: config.compressFanoutBytes });
  const stopCatching = catchUncaught(new Guard({ clock: systemClock, telemetry }));
  warnOfFewFiles(telemetry, config.connectionLimit);
  const fanout = new BunFanout(compression);
  const readiness = new Readiness();
  const processMetrics = new ProcessMetrics();
  let serving: Serving | undefined;
  const server = listen(config, { readiness, compression }, () => serving);
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
      onDeath: (error) => exitAfter(error, telemetry),
      record: telemetry.record,
    });
    if (ports.newEpoch !== undefined) {
      telemetry.record('warn', 'log.epoch_begun', { ...ports.newEpoch, consequence: 'clients start again' });
    }
    const traces = await openTraces(config, telemetry);
    const ready = assemble(config, ports, { telemetry, traces, fanout, server, processMetrics, compression });
    const url = publicUrl(config, server);
    const opened = ports;
    await ready.app.catchUp();
    const ownerPath = await ready.app.ownerPath();
    const ownerUrl = ownerPath === null ? null : `${url}${ownerPath}`;
    serving = ready;
    const openFiles = new OpenFiles(server, ready.app.node.guard, systemClock);
    readiness.start({ ...ports.checks, 'open files': async () => openFiles.check() }, () => opened.damage());
    const running = {
      ...{ server, app: ready.app, ports, telemetry, traces, readiness, processMetrics, openFiles, stopCatching },
    };
    return {
      ...{ url, ownerUrl },
      stop: stopper(running, drainPlanOf(config)),
      hurry: () => ready.app.node.hurry(),
    };
  } catch (error) {
    stopCatching();
    processMetrics.stop();
    await server.stop(true);
    const damage = ports?.damage();
    await ports?.close();
    throw damage === undefined ? error : new StartError(tooDamaged(config, damage));
  }
}

function tooDamaged({ data }: Config, damage: string): string {
  return `the database in ${data} is too damaged to start with (${damage}): run "repair", or restore the folder from a backup`;
}

/** Undefined if tracing is off: then the library is not loaded. */
async function openTraces(config: Config, telemetry: Telemetry): Promise<ClosableTraces | undefined> {
  const settings = tracesSettingsOf(config);
  if (settings === undefined) return undefined;
  const { OtelTraces } = await import('../../adapters/otel/traces.ts');
  return new OtelTraces(settings, telemetry);
}

type ServerParts = {
  readonly telemetry: CountingTelemetry;
  readonly traces: ClosableTraces | undefined;
  readonly fanout: BunFanout;
  readonly server: Server<SocketData>;
  readonly processMetrics: ProcessMetrics;
  readonly compression: Compression;
};

function assemble(config: Config, ports: Ports, made: ServerParts): Serving {
  const { telemetry, traces, fanout, server, processMetrics, compression } = made;
  const runtime = {
    ...{ clock: systemClock, passwords: createPasswords(), images: createImages(), digests, webClient },
    ...{ telemetry, traces, fanout, connectionCapacity: connectionCapacity() },
    vitals: { counts: telemetry.counts, process: () => processMetrics.vitals() },
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
      {
        ...{ socketio, server, fanout, clock: systemClock, guard: app.node.guard },
        report: (error) => app.node.report(error, 'socketio.line_failed'),
      },
      {
        ...{ path: '/socket.io/', pingMs: config.pingSeconds * 1_000, pongMs: config.pongSeconds * 1_000 },
        ...{ ...bounds, compression },
      },
    ),
  ];
  const metrics = new MetricsPage(config, {
    families: () => {
      const measured = { node: app.node, jobs: app.jobs, damage: () => ports.damage() };
      return [...metricsOf(measured, telemetry.counts()), ...processMetrics.families()];
    },
    addressOf: http.addressOf,
  });
  const connections = new Connections({ app, http, telemetry, settings: config, entrances });
  return { app, http, connections, metrics, traces };
}

type Listening = { readonly readiness: Readiness; readonly compression: Compression };

function listen(
  config: Config,
  { readiness, compression }: Listening,
  serving: () => Serving | undefined,
): Server<SocketData> {
  const node = () => (serving() as Serving).app.node;
  try {
    return Bun.serve<SocketData>({
      port: config.port,
      hostname: config.host,
      idleTimeout: IDLE_TIMEOUT_S,
      // Answers between taking the port and being ready, and for errors outside of `answer`.
      error: () => new Response('internal server error', { status: 500 }),
      fetch: async (request, server) => {
        const response = await answer(request, server, { readiness, serving: serving() });
        return response && settleBody(request, response);
      },
      websocket: socketHandler(node, {
        maxFrameBytes: config.maxFrameBytes,
        maxBacklogBytes: config.maxConnectionBacklogBytes,
        compression,
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

/** HTTP/1.0 has no Host header (RFC 1945), and load balancers use it for health checks. */
const HOSTLESS = 'http://hostless';

async function answer(
  request: Request,
  server: Server<SocketData>,
  { readiness, serving }: { readonly readiness: Readiness; readonly serving: Serving | undefined },
): Promise<Response | undefined> {
  server.timeout(request, REQUEST_IDLE_S);
  // Not a URL if the Host header is missing or invalid: health checks are answered anyway, the HTTP edge refuses the
  // rest.
  const url = URL.parse(request.url);
  const pathname = (url ?? URL.parse(request.url, HOSTLESS))?.pathname;
  if (pathname === '/readyz') return readiness.answer();
  if (serving === undefined) return starting(request);
  if (pathname === '/livez') return liveness(serving.app.node);
  const peer = server.requestIP(request)?.address ?? '';
  if (pathname === '/metrics') return serving.metrics.answer(request, peer);
  serving.http.settle(request, peer);
  if (url === null) return serving.http.fetch(request, peer);
  const span = beginRequest(serving.traces, request, url.pathname);
  const response = serving.connections.takes(url.pathname)
    ? serving.connections.answer(request, peer, span)
    : serving.http.fetch(request, peer, span);
  return span === undefined ? response : endRequest(span, response);
}

/** 503 if connections are no longer maintained: the supervisor should restart the process. */
function liveness({ isTicking }: Pick<Node, 'isTicking'>): Response {
  const headers = { 'Content-Type': 'text/plain;charset=utf-8' };
  return isTicking
    ? new Response('ok', { headers })
    : new Response('the last tick was too long ago', { status: 503, headers });
}

type Running = {
  readonly server: Server<SocketData>;
  readonly app: App;
  readonly ports: Ports;
  readonly telemetry: Telemetry;
  readonly traces: ClosableTraces | undefined;
  readonly readiness: Readiness;
  readonly processMetrics: ProcessMetrics;
  readonly openFiles: OpenFiles;
  readonly stopCatching: () => void;
};

function stopper(running: Running, plan: DrainPlan): () => Promise<void> {
  const { server, app, ports, telemetry, traces, readiness, processMetrics, openFiles, stopCatching } = running;
  const sweep = () =>
    ports.sweep(Date.now()).catch((error: Error) => {
      telemetry.record('warn', 'log.sweep_failed', { error: error.message });
    });
  const sweeping = setInterval(sweep, SWEEP_MS);
  sweeping.unref();
  return async () => {
    readiness.drain();
    clearInterval(sweeping);
    openFiles.stop();
    processMetrics.stop();
    // It keeps listening until they are gone, so that a load balancer sees that it is stopping.
    await app.node.drain(plan);
    const stopped = server.stop();
    await app.stop();
    await Promise.race([stopped, Bun.sleep(STOP_GRACE_MS)]);
    await server.stop(true);
    await ports.close();
    await traces?.close(LAST_SPANS_MS);
    stopCatching();
  };
}

function drainPlanOf({ drainSeconds, connectsPerSecond }: Config): DrainPlan {
  return { withinMs: drainSeconds * 1_000, perSecond: connectsPerSecond || SETTINGS.connectsPerSecond.default };
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

/** Without its database the process cannot keep any promise: the supervisor must restart it. */
function exitAfter(error: Error, telemetry: Telemetry): never {
  telemetry.record('error', 'database.died', { error: error.message });
  process.exit(70);
}
