import type { Bus, BusMessage } from '../ports/bus.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { ClientInfo, Log, MapEntry, Page, Publication, ReadRange } from '../ports/log.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import { Admission } from './admission.ts';
import { AppendQueue, type QueueBounds } from './append-queue.ts';
import { askingOf } from './application.ts';
import { identityOf } from './apps.ts';
import { answerHistory, answerPresence, answerPresenceStats } from './channel-reads.ts';
import type { Command } from './commands.ts';
import type { Fanout } from './connection.ts';
import { DisconnectError, type DisconnectName } from './disconnects.ts';
import { ClientError } from './errors.ts';
import type { Channels, NamespaceDefinition, Published, PublishOptions } from './feature.ts';
import type { Hooks } from './hooks.ts';
import { Hub } from './hub.ts';
import type { HubChannel } from './hub-channel.ts';
import { MapPresence, type PresenceEntry } from './map-presence.ts';
import { clientEntryOf, Maps } from './maps.ts';
import { type Namespace, retentionOf } from './namespace.ts';
import type { ChannelMessage, Control, ExternalOrder } from './node-messages.ts';
import { Permissions } from './permissions.ts';
import { PingWheel } from './ping-wheel.ts';
import { type Principal, userOf } from './principal.ts';
import type { Protocol } from './protocol.ts';
import type { ConnectResult, Reply } from './pushes.ts';
import { readPages } from './read-pages.ts';
import { type NodeCommand, type Opening, Session, type SessionHost } from './session.ts';
import { SessionIndex } from './session-index.ts';
import { SharedPolls } from './shared-polls.ts';
import type { Entered } from './subscriptions.ts';
import type { SignedIn } from './tokens.ts';

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
  /** Bytes of memory of the entries of all maps. */
  readonly mapBytes: number;
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
  /** With which a developer's backend signs the items that a client may track; without it nothing is tracked. */
  readonly pollSecret?: string;
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
  readonly admission: Admission;
  readonly maps: Maps;
  readonly polls: SharedPolls;
  readonly #mapPresence = new MapPresence();
  readonly #settings: NodeSettings;
  readonly #queues: { readonly memory: AppendQueue; readonly durable: AppendQueue };
  readonly #pings: PingWheel;
  readonly #waiting = new Set<Session>();
  /** Sessions of the people of this installation; not of those whom a token names, whose ids may be the same. */
  readonly #byUser = new Map<string, Set<Session>>();
  /** Sessions of those whom tokens name, and of users of apps (`identityOf`). */
  readonly #external = new SessionIndex();
  /** Sessions whose protocol has a form of its own for client ids. */
  readonly #byClient = new Map<string, Session>();
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
    this.admission = new Admission(this.permissions, () => this.#hooks);
    this.maps = new Maps(settings.limits.mapBytes);
    this.polls = new SharedPolls({
      ...{
        clock: settings.clock,
        fanout: settings.fanout,
        protocols: settings.protocols,
        secret: settings.pollSecret ?? '',
      },
      ask: (url, question) => this.admission.application().poll(url, question),
      onFailure: (error) => this.report(error, 'poll.failed'),
    });
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
    const session = new Session(this, opening, opening.client ?? crypto.randomUUID());
    if (opening.client !== undefined) this.#byClient.set(opening.client, session);
    this.#sessions += 1;
    this.#waiting.add(session);
    return session;
  }

  // --- what sessions ask -------------------------------------------------------------------------------------------

  /** The session knows who it is. */
  register(session: Session): void {
    this.#waiting.delete(session);
    this.#pings.add(session);
    const { principal } = session;
    if (principal.kind === 'app') this.#hooks?.apps?.opened(session, principal);
    const identity = identityOf(principal);
    if (identity !== undefined) this.#external.add(identity, session);
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
    this.#forgetExternal(session);
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

  #forgetExternal(session: Session): void {
    if (this.#byClient.get(session.client) === session) this.#byClient.delete(session.client);
    const { principal } = session;
    const identity = identityOf(principal);
    if (identity !== undefined) this.#external.remove(identity, session);
    if (principal.kind === 'app') this.#hooks?.apps?.closed(session, principal);
  }

  signedIn(session: Session, before: Principal): void {
    const [left, come] = [identityOf(before), identityOf(session.principal)];
    if (left !== undefined) this.#external.remove(left, session);
    if (come !== undefined) this.#external.add(come, session);
    const { principal } = session;
    if (principal.kind === 'app' && before.kind === 'app') this.#hooks?.apps?.signedIn(session, principal, before);
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

  connectResult(session: Session, { subscriptions, restored }: Entered): ConnectResult {
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
      ...(restored !== undefined && { restored }),
    };
  }

  /** Seconds until the session's token runs out, at least 1. */
  ttlOf(session: Session): number | undefined {
    // With nothing that the client could renew it by.
    if (session.expiresAt === Number.POSITIVE_INFINITY || session.renewable) return undefined;
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
        return answerHistory(this, session.principal, command);
      case 'presence':
        return answerPresence(this, session.principal, command.channel);
      case 'presenceStats':
        return answerPresenceStats(this, session.principal, command.channel);
      default:
        return command satisfies never;
    }
  }

  flushLater(session: Session): void {
    if (this.#toFlush.length === 0) this.clock.soon(this.#flushSessions);
    this.#toFlush.push(session);
  }

  report(thrown: unknown, event: string): void {
    const error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    this.telemetry.record('error', event, { error });
  }

  announceJoin(channel: HubChannel, info: ClientInfo): void {
    this.#showEntries(this.#mapPresence.join(channel.name, channel.namespace, info), info, false);
    const { presence, joinLeave } = channel.namespace;
    const alone = presence && this.hub.setPresent(channel, info);
    if (alone) this.#hooks?.apps?.present(channel.name, info.user, true);
    if (joinLeave) this.#announce(channel.name, 'join', { info, alone });
  }

  announceLeave(name: string, info: ClientInfo): void {
    const namespace = this.hub.get(name)?.namespace;
    if (namespace === undefined) return;
    this.#showEntries(this.#mapPresence.leave(name, namespace, info), info, true);
    const alone = namespace.presence && this.hub.setAbsent(name, info.client);
    if (alone) this.#hooks?.apps?.present(name, info.user, false);
    if (namespace.joinLeave) this.#announce(name, 'leave', { info, alone });
  }

  counted(channel: string): void {
    const apps = this.#hooks?.apps;
    if (apps !== undefined) apps.counted(channel, this.hub.get(channel)?.subscriberCount ?? 0);
  }

  // --- what features ask (`Channels`) ------------------------------------------------------------------------------

  async publish(channel: string, data: string, options: PublishOptions = {}): Promise<Published> {
    const namespace = this.permissions.namespace(channel);
    const { key, info, tags, entry, except, writes } = options;
    const time = this.clock.now();
    const nothing = { offset: 0, epoch: '', time, repeated: false };
    if (!this.maps.takes(channel, namespace, entry)) return nothing;
    const body = {
      ...{ data, time },
      ...(info !== undefined && { info }),
      ...(tags !== undefined && { tags }),
      ...(entry !== undefined && { entry }),
      ...(except !== undefined && { except }),
    };
    const queue = this.#queueOf(namespace);
    if (queue === undefined) {
      this.#accept(channel, namespace, { epoch: '', publication: { offset: 0, ...body } });
      return nothing;
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
    if (!outcome.repeated) this.#accept(channel, namespace, { epoch, publication: { offset, ...body } });
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
    return [...(this.hub.get(channel)?.present?.clients ?? [])];
  }

  /** Forgets what was published in the channel; offsets go on. Throws `notAvailable` where nothing is kept. */
  async trim(channel: string): Promise<void> {
    const log = this.#queueOf(this.permissions.namespace(channel))?.log;
    if (log === undefined) throw new ClientError('notAvailable', { message: 'this channel keeps no history' });
    await log.trim(channel);
  }

  /** Puts connections of one whom tokens name into a channel, takes them out, or ends them; on every node. */
  tellExternal(user: string, order: ExternalOrder): void {
    this.#tellIdentity({ kind: 'external', user }, order);
  }

  /** As `tellExternal`, for those whom an app's backend has signed in. */
  tellAppUser(app: string, user: string, order: ExternalOrder): void {
    this.#tellIdentity({ kind: 'app', app, user, client: '' }, order);
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

  #tellIdentity(principal: Principal, order: ExternalOrder): void {
    const identity = identityOf(principal);
    if (identity !== undefined) this.#settings.bus.publish(CONTROL, { kind: 'external', identity, order });
  }

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
      connectionOf: (client, protocol, channel) => {
        const session = this.#byClient.get(client);
        const isThere = session?.protocol.name === protocol.name && session.subscriptions.isPlain(channel);
        return isThere ? session.connection : undefined;
      },
    });
  }

  #queueOf(namespace: Namespace): AppendQueue | undefined {
    return namespace.history === 'none' ? undefined : this.#queues[namespace.history];
  }

  #accept(
    channel: string,
    namespace: Namespace,
    { epoch, publication }: { readonly epoch: string; readonly publication: Publication },
  ): void {
    this.publications += 1;
    if (publication.entry !== undefined) this.maps.apply({ channel, publication, ttlMs: namespace.mapTtlMs });
    this.#tell(channel, epoch, publication);
  }

  #showEntries(entries: readonly PresenceEntry[], info: ClientInfo, gone: boolean): void {
    for (const { channel, key } of entries) {
      const entry: MapEntry = gone ? { key, removed: true } : { key };
      this.publish(channel, 'null', { entry, info }).catch((error) => this.report(error, 'map.presence'));
    }
  }

  #tell(channel: string, epoch: string, publication: Publication): void {
    this.#settings.bus.publish(`c/${channel}`, { kind: 'publications', epoch, publications: [publication] });
  }

  #announce(
    channel: string,
    kind: 'join' | 'leave',
    who: { readonly info: ClientInfo; readonly alone: boolean },
  ): void {
    this.#settings.bus.publish(`c/${channel}`, { kind, ...who });
  }

  #hear(subject: string, message: BusMessage): void {
    if (subject === CONTROL) return this.#control(message as Control);
    const channel = subject.slice(2);
    const heard = message as ChannelMessage;
    if (heard.kind === 'publications') this.hub.receive(channel, heard.epoch, heard.publications);
    else this.hub.announce(channel, { ...heard, channel });
  }

  #control(message: Control): void {
    if (message.kind === 'external') return this.#obey(message.identity, message.order);
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

  #sessionsFor({ kind, user }: Exclude<Control, { kind: 'external' }>): Session[] {
    const sessions = [...(this.#byUser.get(user) ?? [])];
    if (kind !== 'disconnect') return sessions;
    // One that has not said `connect` yet was let in by the same sign-in, and will not be asked for it again.
    const isTheirs = ({ principal }: Session) => principal.kind === 'user' && principal.user === user;
    return [...sessions, ...[...this.#waiting].filter(isTheirs)];
  }

  #obey(identity: string, order: ExternalOrder): void {
    for (const session of this.#external.of(identity)) {
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

  async #runPublish(session: Session, command: Extract<Command, { kind: 'publish' }>): Promise<Reply> {
    const { channel, key, tags, tellsOthersOnly } = command;
    const { principal, subscriptions } = session;
    // What lets the client of an app into a channel is also what lets it publish there.
    if (principal.kind === 'app' && !subscriptions.has(channel)) throw new ClientError('permissionDenied');
    const entry = clientEntryOf(this.permissions.namespace(channel), session.client, command.entry);
    const permitted = this.admission.publication(session, command);
    // Where nobody has to be asked, it is published before anything that the client says next.
    const data = typeof permitted === 'string' ? permitted : await permitted;
    const publication = {
      info: subscriptions.infoIn(channel),
      ...(tags !== undefined && { tags }),
      ...(entry !== undefined && { entry }),
    };
    const published = await this.publish(channel, data, {
      ...publication,
      // Nobody else's publication is mistaken for theirs, whatever key they choose.
      ...(key !== undefined && { key: `${principal.kind}/${userOf(principal)}/${key}` }),
      ...(tellsOthersOnly === true && { except: session.client }),
    });
    if (principal.kind === 'app') this.#hooks?.apps?.published(channel, { data, ...publication });
    return { kind: 'publish', published };
  }

  async #runRpc(session: Session, { method, data }: Extract<Command, { kind: 'rpc' }>): Promise<Reply> {
    if (this.#hooks === undefined) throw new ClientError('methodNotFound');
    const { application, operates, call } = this.#hooks;
    if (application?.hears('rpc') === true && operates?.(method) === false) {
      return { kind: 'rpc', data: await application.rpc(askingOf(session), method, data) };
    }
    const { principal, address, client } = session;
    return { kind: 'rpc', data: await call(method, { principal, address, client }, data) };
  }

  #tick(): void {
    const now = this.clock.now();
    this.#pings.tick(now);
    this.hub.sweep(now);
    for (const [channel, key] of this.maps.expired(now)) {
      const done = this.publish(channel, 'null', { entry: { key, removed: true } });
      done.catch((error) => this.report(error, 'map.expire'));
    }
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

function isDevice(session: Session, device: string): boolean {
  return session.principal.kind === 'user' && session.principal.device === device;
}
