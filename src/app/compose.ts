import { ApiKeys } from '../core/access/api-keys.ts';
import type { Principal } from '../core/access/principal.ts';
import { TokenRefusals } from '../core/access/token-refusals.ts';
import { createTokens, type TokenSettings } from '../core/access/tokens.ts';
import { Application } from '../core/backend/application.ts';
import { Namespaces } from '../core/channels/namespaces.ts';
import { Jobs } from '../core/jobs/jobs.ts';
import { type Quotas, UNLIMITED } from '../core/limits/quotas.ts';
import { Node } from '../core/node/node.ts';
import { Avatars } from '../core/operations/avatars.ts';
import type { Feature, FeatureHost, NamespaceDefinition } from '../core/operations/feature.ts';
import { createOperations, type Operations } from '../core/operations/operations.ts';
import type { Fanout } from '../core/protocol/connection.ts';
import type { Protocol } from '../core/protocol/protocol.ts';
import { type Accounts, createAccounts } from '../features/accounts/feature.ts';
import { createChat } from '../features/chat/feature.ts';
import { createConsole } from '../features/console/feature.ts';
import { createPlatform, type Platform, type PlatformSettings } from '../features/platform/feature.ts';
import type { Clock } from '../ports/clock.ts';
import type { Digests } from '../ports/digests.ts';
import type { Images } from '../ports/images.ts';
import type { Passwords } from '../ports/passwords.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { Traces } from '../ports/traces.ts';
import type { Vitals } from '../ports/vitals.ts';
import type { WebClient } from '../ports/web-client.ts';
import { centrifuge } from '../protocols/centrifuge/protocol.ts';
import { plain } from '../protocols/plain/protocol.ts';
import { Pusher } from '../protocols/pusher/protocol.ts';
import { API_METHODS, ServerApi } from '../protocols/server-api/protocol.ts';
import { SocketIo, SocketIoCodec } from '../protocols/socketio/protocol.ts';
import type { Config } from './config.ts';
import { FEATURE_DEFINITIONS, FEATURE_NAMESPACES } from './feature-namespaces.ts';
import type { Ports } from './ports.ts';
import { VERSION } from './version.ts';

/** Platform parts, besides the ports that settings choose. */
export type Runtime = {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Absent if tracing is off. */
  readonly traces?: Traces | undefined;
  readonly fanout: Fanout;
  readonly passwords: Passwords;
  readonly images: Images;
  readonly digests: Digests;
  readonly webClient: WebClient;
  readonly vitals: Vitals;
  /** Connections the process can hold; undefined if unknown. */
  readonly connectionCapacity?: number | undefined;
};

export type App = {
  readonly node: Node;
  readonly operations: Operations;
  readonly features: readonly Feature[];
  readonly centrifuge: typeof centrifuge;
  readonly plain: typeof plain;
  readonly serverApi: ServerApi;
  readonly socketio: SocketIo;
  readonly pusher: Pusher;
  readonly pusherApi: ReturnType<Pusher['api']>;
  readonly jobs: Jobs;
  authenticate(headers: Headers): Promise<Principal>;
  /**
   * Loads what earlier runs created, and finishes what a crash interrupted. To be called once, before the first
   * connection.
   */
  catchUp(): Promise<void>;
  /** Ends running work; resolves once pending work is on disk. To be called after `node.drain`. */
  stop(): Promise<void>;
  /** The path of the one-time owner link, until there is an owner. */
  ownerPath(): Promise<string | null>;
};

/** Pending commands per connection. */
const COMMANDS_IN_FLIGHT = 1_024;

/**
 * Builds everything in dependency order: namespaces, the apps that add theirs, the node, and then the features, with
 * channels and jobs that already work.
 */
export function compose(config: Config, ports: Ports, runtime: Runtime): App {
  const jobs = new Jobs({ ...runtime, log: ports.workLog });
  const namespaces = new Namespaces({ ...definitionsOf(config), ...FEATURE_DEFINITIONS });
  const pusher = new Pusher(config.pusherApps, { ...runtime, outbox: jobs, namespaces, options: config.namespaces });
  pusher.deliverBy(jobs, config.webhookAttempts);
  const recoveryMs = config.socketIoRecoverySeconds * 1_000;
  const socketioCodec = new SocketIoCodec(Object.keys(config.namespaces), recoveryMs > 0);
  const protocols = [...socketioCodec.protocols, pusher.protocol];
  const node = createNode(config, ports, runtime, { namespaces, protocols });
  const socketio = new SocketIo(node, socketioCodec, recoveryMs);
  const host = createHost(ports, runtime, { channels: node, jobs });
  const accounts = createAccounts(host, { ...config, ...runtime });
  const chat = createChat(host, accounts.people, {
    recallMs: config.recallSeconds * 1_000,
    rates: chatRatesOf(config),
  });
  const apiKeys = new ApiKeys([...config.apiKeys.map((key) => ({ key })), ...config.scopedApiKeys]);
  const platform = platformOf(config, host, { apiKeys, apps: pusher.apps, jobs });
  const console = createConsole(host, accounts.people, { node, vitals: runtime.vitals });
  const features = [accounts.feature, chat, avatarsFeature(host.avatars), console, platform.feature];
  for (const { policies = {} } of features) {
    for (const [name, policy] of Object.entries(policies)) namespaces.setPolicy(name, policy);
  }
  namespaces.checkPolicies();
  const operations = createOperations(features.flatMap((feature) => feature.operations));
  const refusals = new TokenRefusals(runtime.telemetry, runtime.clock);
  const tokens = createTokens(tokenSettingsOf(config), runtime.clock.now, (reason, error) =>
    refusals.note(reason, error),
  );
  node.start({
    serverChannels: (principal) => channelsOf(features, principal),
    call: operations.call,
    onPresence: (user, online) => {
      node.guard.each('presence', features, (feature) => feature.onPresence?.(user, online));
    },
    onTick: (now) => {
      node.guard.each('features', features, (feature) => feature.onTick?.(now));
    },
    verifyToken: tokens.connection,
    verifySubscription: tokens.subscription,
    application: new Application(ports.backend),
    operates: operations.takes,
    apps: pusher.hooks(node),
  });
  announceNewcomers(accounts, features);
  return {
    node,
    operations,
    features,
    centrifuge,
    plain,
    pusher,
    pusherApi: pusher.api(node),
    serverApi: new ServerApi(node, { keys: apiKeys, version: VERSION }),
    socketio,
    jobs,
    authenticate: accounts.authenticate,
    catchUp: async () => {
      await platform.load();
      // After the apps: work for a missing one is given up.
      await jobs.start();
      await accounts.catchUp();
      await socketio.catchUp();
    },
    stop: async () => {
      await Promise.all([jobs.stop(), pusher.apps.settled(), socketio.settled()]);
    },
    ownerPath: async () => {
      const code = await accounts.ownerInvite();
      return code === null ? null : `/join/${code}`;
    },
  };
}

/** Serves the pictures stored by the other features. */
function avatarsFeature(avatars: Avatars): Feature {
  const route: Feature['route'] = (request, principal) => avatars.route(request, principal);
  return { name: 'avatars', operations: [], route };
}

function createHost(
  { sql, blobs }: Ports,
  { clock, telemetry, images }: Runtime,
  { channels, jobs }: Pick<FeatureHost, 'channels' | 'jobs'>,
): FeatureHost {
  return { sql, avatars: new Avatars({ blobs, images, clock }), clock, telemetry, channels, jobs };
}

function tokenSettingsOf(config: Config): TokenSettings {
  const { tokenSecret, tokenPublicKey, tokenJwksUrl, tokenIssuer, tokenAudience, tokenLeewaySeconds } = config;
  const { tokenPreviousSecret, tokenPreviousSecretUntil, tokenUserClaim } = config;
  return {
    secret: tokenSecret,
    publicKey: tokenPublicKey,
    jwksUrl: tokenJwksUrl,
    issuer: tokenIssuer,
    audience: tokenAudience,
    leewaySeconds: tokenLeewaySeconds,
    userClaim: tokenUserClaim,
    previousSecret: tokenPreviousSecret,
    previousSecretUntil: tokenPreviousSecretUntil === 0 ? Number.POSITIVE_INFINITY : tokenPreviousSecretUntil * 1_000,
  };
}

function platformOf(
  { namespaces }: Config,
  host: FeatureHost,
  lookedAfter: Pick<PlatformSettings, 'apiKeys' | 'apps' | 'jobs'>,
): Platform {
  const reserved = new Set(FEATURE_NAMESPACES.keys());
  return createPlatform(host, { ...lookedAfter, methods: API_METHODS, namespaces, reserved });
}

type Plugs = {
  readonly namespaces: Namespaces;
  readonly protocols: readonly Protocol[];
};

function createNode(config: Config, ports: Ports, runtime: Runtime, { namespaces, protocols }: Plugs): Node {
  return new Node({
    name: crypto.randomUUID(),
    version: VERSION,
    clock: runtime.clock,
    telemetry: runtime.telemetry,
    ...(runtime.traces !== undefined && { traces: runtime.traces }),
    bus: ports.bus,
    fanout: runtime.fanout,
    logs: ports.logs,
    protocols: [centrifuge.json, centrifuge.protobuf, ...plain.protocols, ...protocols],
    pollSecret: config.pollSecret,
    userChannelNames: { boundary: config.userBoundary, separator: config.userSeparator },
    ...(config.personalChannels && { personalNamespace: config.personalNamespace }),
    singleConnection: config.singleConnection,
    namespaces,
    openNamespaces: new Set(config.clientInsecure ? Object.keys(config.namespaces) : []),
    quotas: withinCapacity(quotasOf(config), runtime.connectionCapacity),
    limits: {
      channels: config.channelLimit,
      commandsInFlight: COMMANDS_IN_FLIGHT,
      history: config.historyLimit,
      // The other half is for live publications during a recovery.
      recoveryBytes: config.maxConnectionBacklogBytes / 2,
      backlogBytes: config.maxConnectionBacklogBytes,
      mapBytes: config.mapBytes,
      anonymous: config.clientAnonymous || config.clientInsecure,
      pingMs: config.pingSeconds * 1_000,
      pongMs: config.pongSeconds * 1_000,
      queue: { length: config.appendQueueLength, bytes: config.appendQueueBytes },
    },
  });
}

/** No more connections than the process can hold: above its limit of open files it could not even refuse them. */
function withinCapacity(quotas: Quotas, capacity: number | undefined): Quotas {
  if (capacity === undefined) return quotas;
  return { ...quotas, connections: quotas.connections === 0 ? capacity : Math.min(quotas.connections, capacity) };
}

/** `clientInsecure` is for benchmarks and test suites, which need rates that nobody else may use. */
function quotasOf(config: Config): Quotas {
  if (config.clientInsecure) return UNLIMITED;
  return {
    commandsPerSecond: config.commandsPerSecond,
    publicationsPerSecond: config.publicationsPerSecond,
    userCommandsPerSecond: config.userCommandsPerSecond,
    userPublicationsPerSecond: config.userPublicationsPerSecond,
    userReadBytesPerSecond: config.userReadBytesPerSecond,
    burstSeconds: config.burstSeconds,
    userConnections: config.userConnectionLimit,
    userChannels: config.userChannelLimit,
    connections: config.connectionLimit,
    connectsPerSecond: config.connectsPerSecond,
    addressConnections: config.addressConnectionLimit,
    addressConnectsPerSecond: config.addressConnectsPerSecond,
  };
}

function chatRatesOf(config: Config) {
  return {
    messagesPerMinute: config.chatMessagesPerMinute,
    roomMessagesPerMinute: config.chatRoomMessagesPerMinute,
    roomsPerHour: config.chatRoomsPerHour,
    addsPerHour: config.chatAddsPerHour,
    pairAddsPerHour: config.chatPairAddsPerHour,
    invitesPerHour: config.chatInvitesPerHour,
  };
}

/** The namespaces of the settings, which cannot include a feature's (`namespacesSchema`). */
function definitionsOf({ namespaces }: Config): Readonly<Record<string, NamespaceDefinition>> {
  return Object.fromEntries(Object.entries(namespaces).map(([name, options]) => [name, { options }]));
}

async function channelsOf(features: readonly Feature[], principal: Principal): Promise<readonly string[]> {
  const channels = await Promise.all(features.map((feature) => feature.serverChannels?.(principal) ?? []));
  return channels.flat();
}

function announceNewcomers(accounts: Accounts, features: readonly Feature[]): void {
  accounts.onRegistered(async (person) => {
    for (const feature of features) await feature.onRegistered?.(person);
  });
}
