import type { Bus, BusMessage } from '../ports/bus.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { ClientInfo, Log, Page, Publication, ReadRange, Retention } from '../ports/log.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import { AppendQueue, type QueueBounds } from './append-queue.ts';
import type { Command } from './commands.ts';
import type { Fanout } from './connection.ts';
import { DisconnectError, type DisconnectName } from './disconnects.ts';
import { ClientError } from './errors.ts';
import type { Channels, NamespaceDefinition, Published, PublishOptions } from './feature.ts';
import { Hub } from './hub.ts';
import type { HubChannel } from './hub-channel.ts';
import type { Namespace } from './namespace.ts';
import type { OperationContext } from './operation.ts';
import { Permissions } from './permissions.ts';
import { PingWheel } from './ping-wheel.ts';
import { type Principal, userOf } from './principal.ts';
import type { Protocol } from './protocol.ts';
import type { ConnectResult, Reply, SubscribeResult } from './pushes.ts';
import { readPages } from './read-pages.ts';
import { type NodeCommand, type Opening, Session, type SessionHost } from './session.ts';
import { SessionIndex } from './session-index.ts';
import type { Subscriber } from './subscriptions.ts';
import type { Grant, SignedIn } from './tokens.ts';

export type Limits = {
  /** Subscriptions a connection. */
  readonly channels: number;
  /** Commands of one connection that wait for their answer. */
  readonly commandsInFlight: number;
  /** Publications that one history read or recovery gives at most. */
  readonly history: number;
  /**
   * Bytes of publications that one history read gives at most, and that a connection is given in recoveries while
   * they wait for it; well below what may wait for a connection at all (see `RecoveryBudget`).
   */
  readonly recoveryBytes: number;
  /** Whether clients may connect without signing in. */
  readonly anonymous: boolean;
  readonly pingMs: number;
  readonly pongMs: number;
  readonly queue: QueueBounds;
};

export type NodeSettings = {
  /** Unique among the nodes of an installation, at any time. */
  readonly name: string;
  readonly version: string;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly bus: Bus;
  readonly fanout: Fanout;
  readonly logs: { readonly memory: Log; readonly durable: Log };
  readonly protocols: readonly Protocol[];
  readonly namespaces: ReadonlyMap<string, NamespaceDefinition>;
  /** Namespaces open to everyone for everything; see `Permissions`. */
  readonly openNamespaces: ReadonlySet<string>;
  readonly limits: Limits;
};

/** What the node asks of features and operations; set once they exist, before the first connection. */
export type Hooks = {
  serverChannels(principal: Principal): Promise<readonly string[]>;
  call(name: string, context: OperationContext, input: unknown): Promise<unknown>;
  onPresence(user: string, online: boolean): void;
  /** Throws `DisconnectError('invalidToken')` or `ClientError('tokenExpired')`. */
  verifyToken(token: string): Promise<SignedIn>;
  /** As `verifyToken`, for a subscription token. */
  verifySubscription?(token: string): Promise<Grant>;
};

/** Between a person's last connection closing and their being told offline: a reload is not an absence. */
const OFFLINE_GRACE_MS = 5_000;
const TICK_MS = 1_000;
const STALE_MS = 10_000;
const CONTROL = 'control';

/** One process of Banyan: its sessions, channels and logs, joined to the other nodes by the bus. */
export class Node implements Channels, SessionHost {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly limits: Limits;
  readonly hub: Hub;
  readonly permissions: Permissions;
  readonly #settings: NodeSettings;
  readonly #queues: { readonly memory: AppendQueue; readonly durable: AppendQueue };
  readonly #pings: PingWheel;
  readonly #waiting = new Set<Session>();
  /** Sessions of the people of this installation; not of those whom a token names, whose ids may be the same. */
  readonly #byUser = new Map<string, Set<Session>>();
  /** Sessions of those whom tokens name. */
  readonly #external = new SessionIndex();
  /** Those without a connection who are not yet offline; calling off what will say so. */
  readonly #leaving = new Map<string, Cancel>();
  #sessions = 0;
  /** Publications that were accepted here, and commands that clients sent here, since the start. */
  publications = 0;
  commands = 0;
  #toFlush: Session[] = [];
  #hooks: Hooks | undefined;
  #stopTicking: () => void = () => undefined;

  constructor(settings: NodeSettings) {
    this.#settings = settings;
    this.clock = settings.clock;
    this.telemetry = settings.telemetry;
    this.limits = settings.limits;
    this.permissions = new Permissions(settings.namespaces, settings.openNamespaces);
    this.#queues = {
      memory: new AppendQueue(settings.logs.memory, settings.clock, settings.limits.queue),
      durable: new AppendQueue(settings.logs.durable, settings.clock, settings.limits.queue),
    };
    this.#pings = new PingWheel({ ...settings, ...settings.limits });
    this.hub = this.#createHub();
    settings.bus.listen((subject, message) => this.#hear(subject, message));
    settings.bus.subscribe(CONTROL);
  }

  /** Begins to look after connections. */
  start(hooks: Hooks): void {
    this.#hooks = hooks;
    const tick = () => {
      this.#tick();
      this.#stopTicking = this.clock.after(TICK_MS, tick);
    };
    this.#stopTicking = this.clock.after(TICK_MS, tick);
  }

  get name(): string {
    return this.#settings.name;
  }

  get connections(): number {
    return this.#sessions;
  }

  /** A client's socket has opened. */
  open(opening: Opening): Session {
    const session = new Session(this, opening, crypto.randomUUID());
    this.#sessions += 1;
    this.#waiting.add(session);
    return session;
  }

  // --- what sessions ask -------------------------------------------------------------------------------------------

  /** The session knows who it is. */
  register(session: Session): void {
    this.#waiting.delete(session);
    this.#pings.add(session);
    if (session.principal.kind === 'external') this.#external.add(session.principal.user, session);
    if (session.principal.kind !== 'user') return;
    const { user } = session.principal;
    const sessions = this.#byUser.get(user) ?? new Set();
    this.#byUser.set(user, sessions.add(session));
    if (sessions.size > 1) return;
    this.#leaving.get(user)?.();
    this.#leaving.delete(user);
    this.#hooks?.onPresence(user, true);
  }

  unregister(session: Session): void {
    this.#sessions -= 1;
    this.#waiting.delete(session);
    if (session.bucket >= 0) this.#pings.remove(session);
    if (session.principal.kind === 'external') this.#external.remove(session.principal.user, session);
    if (session.principal.kind !== 'user') return;
    const { user } = session.principal;
    const sessions = this.#byUser.get(user);
    if (sessions?.delete(session) !== true || sessions.size > 0) return;
    this.#byUser.delete(user);
    const cancel = this.clock.after(OFFLINE_GRACE_MS, () => {
      this.#leaving.delete(user);
      this.#hooks?.onPresence(user, false);
    });
    this.#leaving.set(user, cancel);
  }

  /** The session's `connect` was refused: it is waited for no longer than for one that says nothing. */
  refuse(session: Session): void {
    if (session.bucket < 0) return;
    this.#pings.remove(session);
    this.#waiting.add(session);
  }

  serverChannels(principal: Principal): Promise<readonly string[]> {
    return this.#hooks?.serverChannels(principal) ?? Promise.resolve([]);
  }

  verifyToken(token: string): Promise<SignedIn> {
    return this.#hooks?.verifyToken(token) ?? Promise.reject(new DisconnectError('invalidToken'));
  }

  async signIn(found: Principal, token: string): Promise<SignedIn> {
    const signedIn: SignedIn = token === '' ? { principal: found } : await this.verifyToken(token);
    if (signedIn.principal.kind === 'anonymous' && !this.limits.anonymous) throw new ClientError('unauthorized');
    return signedIn;
  }

  connectResult(session: Session, subscriptions: ReadonlyMap<string, SubscribeResult>): ConnectResult {
    const ttl = this.ttlOf(session);
    const { streamKey } = session.connection;
    return {
      client: session.client,
      version: this.#settings.version,
      pingSeconds: Math.round(this.limits.pingMs / 1_000),
      node: this.name,
      time: this.clock.now(),
      ...(streamKey !== undefined && { session: streamKey }),
      ...(ttl !== undefined && { ttl }),
      subscriptions,
    };
  }

  /** Seconds until the session's token runs out, at least 1. */
  ttlOf(session: Session): number | undefined {
    if (session.expiresAt === Number.POSITIVE_INFINITY) return undefined;
    return Math.max(1, Math.ceil((session.expiresAt - this.clock.now()) / 1_000));
  }

  /** Answers a command, after checking that this principal may. */
  run(session: Session, command: NodeCommand): Promise<Reply> {
    switch (command.kind) {
      case 'publish':
        return this.#runPublish(session, command);
      case 'rpc':
        return this.#runRpc(session, command);
      case 'history':
      case 'presence':
      case 'presenceStats':
        return this.look(session.principal, command);
      default:
        return command satisfies never;
    }
  }

  /** Answers what needs no connection, after checking that the principal may. Throws `ClientError`. */
  look<C extends Look>(principal: Principal, command: C): Promise<Extract<Reply, { kind: C['kind'] }>>;
  look(principal: Principal, command: Look): Promise<Reply> {
    return command.kind === 'history' ? this.#history(principal, command) : this.#presence(principal, command);
  }

  flushLater(session: Session): void {
    if (this.#toFlush.length === 0) this.clock.soon(this.#flushSessions);
    this.#toFlush.push(session);
  }

  report(thrown: unknown, event: string): void {
    const error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    this.telemetry.record('error', event, { error });
  }

  /** What a subscription token says, if it holds for this client and channel. Throws `DisconnectError`, `ClientError`. */
  async grant({ principal }: Subscriber, channel: string, token: string): Promise<Grant> {
    if (!this.permissions.takesTokens(channel)) throw new ClientError('permissionDenied');
    const verify = this.#hooks?.verifySubscription;
    if (verify === undefined) throw new ClientError('permissionDenied');
    const grant = await verify(token).catch((error: unknown) => {
      throw error instanceof DisconnectError ? new ClientError('permissionDenied', { cause: error }) : error;
    });
    if (grant.channel !== channel || grant.user !== userOf(principal)) throw new DisconnectError('invalidToken');
    return grant;
  }

  announceJoin(channel: HubChannel, info: ClientInfo): void {
    if (!channel.namespace.presence && !channel.namespace.joinLeave) return;
    if (channel.namespace.presence) this.hub.setPresent(channel, info);
    if (channel.namespace.joinLeave) this.#announce(channel.name, 'join', info);
  }

  announceLeave(name: string, info: ClientInfo): void {
    const namespace = this.hub.get(name)?.namespace;
    if (namespace === undefined || (!namespace.presence && !namespace.joinLeave)) return;
    this.hub.setAbsent(name, info.client);
    if (namespace.joinLeave) this.#announce(name, 'leave', info);
  }

  // --- what features ask (`Channels`) ------------------------------------------------------------------------------

  async publish(channel: string, data: string, options: PublishOptions = {}): Promise<Published> {
    const namespace = this.permissions.namespace(channel);
    const { key, info, tags, writes } = options;
    const time = this.clock.now();
    const body = { data, time, ...(info !== undefined && { info }), ...(tags !== undefined && { tags }) };
    const queue = this.#queueOf(namespace);
    if (queue === undefined) {
      this.publications += 1;
      this.#tell(channel, '', { offset: 0, ...body });
      return { offset: 0, epoch: '', time, repeated: false };
    }
    const retention = retentionOf(namespace);
    const outcome = await queue.append({
      channel,
      retention,
      ...body,
      ...(key !== undefined && { key }),
      ...(writes !== undefined && { writes }),
    });
    if ('refused' in outcome) throw new ClientError('conflict', { cause: outcome.refused });
    const { epoch, offset } = outcome.position;
    if (!outcome.repeated) {
      this.publications += 1;
      this.#tell(channel, epoch, { offset, ...body });
    }
    return { offset, epoch, time: outcome.time, repeated: outcome.repeated };
  }

  async read(channel: string, range: ReadRange): Promise<Page> {
    const namespace = this.permissions.namespace(channel);
    const log = this.#queueOf(namespace)?.log;
    if (log === undefined) throw new ClientError('notAvailable', { message: 'this channel keeps no history' });
    const page = await readPages(log, channel, { ...range, bytes: this.limits.recoveryBytes });
    const oldest = namespace.historySize > 0 ? page.top.offset - namespace.historySize : 0;
    const since = namespace.historyTtlMs > 0 ? this.clock.now() - namespace.historyTtlMs : 0;
    // A read that began in what is over the bound starts again behind it.
    if (range.reverse !== true && range.limit > 0 && (range.after ?? 0) < oldest) {
      return this.read(channel, { ...range, after: oldest });
    }
    const publications = page.publications.filter(({ offset, time }) => offset > oldest && time >= since);
    return { publications, top: page.top };
  }

  subscribeUser(user: string, channel: string): void {
    this.#settings.bus.publish(CONTROL, { kind: 'subscribe', user, channel });
  }

  unsubscribeUser(user: string, channel: string): void {
    this.#settings.bus.publish(CONTROL, { kind: 'unsubscribe', user, channel });
  }

  disconnectUser(user: string, reason: DisconnectName, device?: string): void {
    this.#settings.bus.publish(CONTROL, { kind: 'disconnect', user, reason, device });
  }

  connectionsOf(user: string): number {
    return this.#byUser.get(user)?.size ?? 0;
  }

  // --- what a developer's own backend asks -----------------------------------------------------------------------

  /** Those present in the channel. Throws `ClientError` `notAvailable` where presence is not kept. */
  presenceOf(channel: string): readonly ClientInfo[] {
    if (!this.permissions.namespace(channel).presence) throw new ClientError('notAvailable');
    return [...(this.hub.get(channel)?.presence?.values() ?? [])];
  }

  /** Forgets what was published in the channel; offsets go on. Throws `notAvailable` where nothing is kept. */
  async trim(channel: string): Promise<void> {
    const log = this.#queueOf(this.permissions.namespace(channel))?.log;
    if (log === undefined) throw new ClientError('notAvailable', { message: 'this channel keeps no history' });
    await log.trim(channel);
  }

  /** Puts connections of one whom tokens name into a channel, takes them out, or ends them; on every node. */
  tellExternal(user: string, order: ExternalOrder): void {
    this.#settings.bus.publish(CONTROL, { kind: 'external', user, order });
  }

  /** What waits to be written, and how long that takes. */
  get queues(): { readonly memory: AppendQueue; readonly durable: AppendQueue } {
    return this.#queues;
  }

  /** How many connections and users there are on this node. */
  get population(): { readonly clients: number; readonly users: number } {
    return { clients: this.#sessions, users: this.#byUser.size + this.#external.size };
  }

  // --- stopping ----------------------------------------------------------------------------------------------------

  /** Tells every client to reconnect, and resolves when what was accepted is in the log. */
  async drain(): Promise<void> {
    for (const session of this.#everySession()) session.close('shutdown');
    await Promise.all([this.#queues.memory.drained(), this.#queues.durable.drained()]);
    this.#stopTicking();
  }

  // -----------------------------------------------------------------------------------------------------------------

  #createHub(): Hub {
    const { fanout, protocols, clock, limits, bus } = this.#settings;
    return new Hub({
      fanout,
      protocols,
      clock,
      recoveryLimit: limits.history,
      recoveryBytes: limits.recoveryBytes,
      logOf: (namespace) => this.#queueOf(namespace)?.log,
      onInterest: (channel, wanted) => (wanted ? bus.subscribe(`c/${channel}`) : bus.unsubscribe(`c/${channel}`)),
      onReset: (channel) => {
        for (const session of this.#everySession()) session.subscriptions.reset(channel);
      },
    });
  }

  #queueOf(namespace: Namespace): AppendQueue | undefined {
    return namespace.history === 'none' ? undefined : this.#queues[namespace.history];
  }

  #tell(channel: string, epoch: string, publication: Publication): void {
    this.#settings.bus.publish(`c/${channel}`, { kind: 'publications', epoch, publications: [publication] });
  }

  #announce(channel: string, kind: 'join' | 'leave', info: ClientInfo): void {
    this.#settings.bus.publish(`c/${channel}`, { kind, info });
  }

  #hear(subject: string, message: BusMessage): void {
    if (subject === CONTROL) return this.#control(message as Control);
    const channel = subject.slice(2);
    const heard = message as ChannelMessage;
    if (heard.kind === 'publications') this.hub.receive(channel, heard.epoch, heard.publications);
    else this.hub.announce(channel, { kind: heard.kind, channel, info: heard.info });
  }

  #control(message: Control): void {
    if (message.kind === 'external') return this.#obey(message.user, message.order);
    for (const session of this.#sessionsFor(message)) {
      switch (message.kind) {
        case 'subscribe':
          session.subscribe(message.channel);
          break;
        case 'unsubscribe':
          session.unsubscribe(message.channel, 'server');
          break;
        case 'disconnect':
          if (message.device === undefined || isDevice(session, message.device)) session.close(message.reason);
          break;
        default:
          message satisfies never;
      }
    }
  }

  #sessionsFor({ kind, user }: Control): Session[] {
    const sessions = [...(this.#byUser.get(user) ?? [])];
    if (kind !== 'disconnect') return sessions;
    // One that has not said `connect` yet was let in by the same sign-in, and will not be asked for it again.
    const isTheirs = ({ principal }: Session) => principal.kind === 'user' && principal.user === user;
    return [...sessions, ...[...this.#waiting].filter(isTheirs)];
  }

  #obey(user: string, order: ExternalOrder): void {
    for (const session of this.#external.of(user)) {
      if (order.client !== undefined && order.client !== session.client) continue;
      switch (order.kind) {
        case 'subscribe':
          session.subscribe(order.channel);
          break;
        case 'unsubscribe':
          session.unsubscribe(order.channel, 'server');
          break;
        case 'disconnect':
          session.close('forceDisconnect');
          break;
        default:
          order satisfies never;
      }
    }
  }

  async #runPublish(session: Session, { channel, data }: Extract<Command, { kind: 'publish' }>): Promise<Reply> {
    const allowed = this.permissions.decide(session.principal, 'publish', channel);
    if (!(typeof allowed === 'boolean' ? allowed : await allowed)) throw new ClientError('permissionDenied');
    await this.publish(channel, data, { info: session.info });
    return { kind: 'publish' };
  }

  async #runRpc(session: Session, { method, data }: Extract<Command, { kind: 'rpc' }>): Promise<Reply> {
    if (this.#hooks === undefined) throw new ClientError('methodNotFound');
    const { principal, address, client } = session;
    return { kind: 'rpc', data: await this.#hooks.call(method, { principal, address, client }, data) };
  }

  async #history(principal: Principal, command: Extract<Look, { kind: 'history' }>): Promise<Reply> {
    const { channel, since, reverse } = command;
    await this.permissions.check(principal, 'readHistory', channel);
    if (reverse && since?.offset === 0) throw new ClientError('badRequest', { field: 'since.offset' });
    const limit = command.limit < 0 ? this.limits.history : Math.min(command.limit, this.limits.history);
    const { publications, top } = await this.read(channel, {
      limit,
      reverse,
      ...(since !== undefined && { after: since.offset }),
    });
    if (since !== undefined && since.epoch !== '' && since.epoch !== top.epoch) {
      throw new ClientError('unrecoverablePosition');
    }
    return { kind: 'history', epoch: top.epoch, offset: top.offset, publications };
  }

  async #presence(principal: Principal, command: Exclude<Look, { kind: 'history' }>): Promise<Reply> {
    await this.permissions.check(principal, 'readPresence', command.channel);
    if (!this.permissions.namespace(command.channel).presence) throw new ClientError('notAvailable');
    const clients = [...(this.hub.get(command.channel)?.presence?.values() ?? [])];
    if (command.kind === 'presence') return { kind: 'presence', clients };
    return { kind: 'presenceStats', clients: clients.length, users: new Set(clients.map(({ user }) => user)).size };
  }

  #tick(): void {
    const now = this.clock.now();
    this.#pings.tick(now);
    this.hub.sweep(now);
    for (const session of [...this.#waiting]) if (session.openedAt < now - STALE_MS) session.close('stale');
  }

  readonly #flushSessions = (): void => {
    const sessions = this.#toFlush;
    this.#toFlush = [];
    for (const session of sessions) session.flush();
  };

  #everySession(): Session[] {
    return [...this.#waiting, ...this.#pings.sessions()];
  }
}

/** Reads of a channel. */
type Look = Extract<Command, { kind: 'history' | 'presence' | 'presenceStats' }>;

type ChannelMessage =
  | { readonly kind: 'publications'; readonly epoch: string; readonly publications: readonly Publication[] }
  | { readonly kind: 'join' | 'leave'; readonly info: ClientInfo };

/** `client`: only this one of the user's connections. */
export type ExternalOrder = { readonly client?: string } & (
  | { readonly kind: 'subscribe' | 'unsubscribe'; readonly channel: string }
  | { readonly kind: 'disconnect' }
);

type Control =
  | { readonly kind: 'external'; readonly user: string; readonly order: ExternalOrder }
  | { readonly kind: 'subscribe' | 'unsubscribe'; readonly user: string; readonly channel: string }
  | { readonly kind: 'disconnect'; readonly user: string; readonly reason: DisconnectName; readonly device?: string };

function isDevice(session: Session, device: string): boolean {
  return session.principal.kind === 'user' && session.principal.device === device;
}

function retentionOf({ historySize, historyTtlMs }: Namespace): Retention {
  return { size: historySize, ttlMs: historyTtlMs };
}
