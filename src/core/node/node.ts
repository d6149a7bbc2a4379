import type { Clock } from '../../ports/clock.ts';
import type { ClientInfo, MapEntry, Page, Position, Publication, ReadRange } from '../../ports/log.ts';
import type { Fields, Telemetry } from '../../ports/telemetry.ts';
import type { Traces } from '../../ports/traces.ts';
import { Admission } from '../access/admission.ts';
import { identityOf } from '../access/apps.ts';
import { Permissions } from '../access/permissions.ts';
import type { Principal } from '../access/principal.ts';
import { secondsLeft } from '../access/seconds-left.ts';
import type { SignedIn } from '../access/tokens.ts';
import { personalChannelOf, USER_CHANNEL_NAMES } from '../access/user-channels.ts';
import { type ExternalOrder, NOBODY, type NodeMessage, type PolledItem } from '../bus/node-messages.ts';
import { answerHistory, answerPresence, answerPresenceStats } from '../channels/channel-reads.ts';
import { namespaceOf } from '../channels/namespace.ts';
import { Publisher } from '../channels/publisher.ts';
import { SharedPolls } from '../channels/shared-polls.ts';
import { Hub } from '../delivery/hub.ts';
import type { HubChannel } from '../delivery/hub-channel.ts';
import { SlowReaders } from '../delivery/slow-readers.ts';
import { DISCONNECTS, DisconnectError, type DisconnectName } from '../disconnects.ts';
import { ClientError } from '../errors.ts';
import { Guard } from '../guard.ts';
import { Allowances, type Caller, tooSoon } from '../limits/allowances.ts';
import { Arrivals, type TurnedAway } from '../limits/arrivals.ts';
import { NodeWork } from '../limits/node-work.ts';
import { type LimitName, type Quotas, UNLIMITED } from '../limits/quotas.ts';
import { Maps } from '../maps/maps.ts';
import { type PresenceEntry, PresenceMapEntries } from '../maps/presence-map-entries.ts';
import { StoredMaps } from '../maps/stored-maps.ts';
import type { Channels, Published, PublishOptions } from '../operations/feature.ts';
import type { ConnectResult, Reply } from '../protocol/pushes.ts';
import { repeat } from '../repeat.ts';
import type { Turn } from '../sessions/channel-turns.ts';
import { answerPublish, answerRpc } from '../sessions/client-commands.ts';
import type { Entered } from '../sessions/connect-entry.ts';
import { AT_ONCE, Drain, type DrainPlan } from '../sessions/drain.ts';
import type { Shown } from '../sessions/manner.ts';
import { PingWheel } from '../sessions/ping-wheel.ts';
import { Session } from '../sessions/session.ts';
import type { NodeCommand, Opening, SessionHost } from '../sessions/session-host.ts';
import { Sessions } from '../sessions/sessions.ts';
import type { Hooks } from './hooks.ts';
import type { Limits, NodeSettings } from './node-settings.ts';

const TICK_MS = 1_000;
/** A tick that is later than this does not come any more, or the process is far too busy. */
const TICK_LATE_MS = 10_000;
const CONTROL = 'control';
/** In front of a channel's name in the subject of its messages. */
const CHANNEL_PREFIX = 'c/';
const LOG_PAUSE_MS = 60_000;

/** One process of Banyan: its sessions, channels and logs, joined to the other nodes by the bus. */
export class Node implements Channels, SessionHost<Session> {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly traces: Traces | undefined;
  readonly limits: Limits;
  readonly hub: Hub;
  readonly permissions: Permissions;
  readonly admission: Admission;
  readonly allowances: Allowances;
  readonly maps: Maps;
  readonly storedMaps: StoredMaps;
  readonly polls: SharedPolls;
  /** What costs more than its command shows, in turns that are fair between users. */
  readonly work: NodeWork;
  readonly slowReaders: SlowReaders;
  /** Keeps what one part of the node throws from the others. */
  readonly guard: Guard;
  readonly #mapPresence = new PresenceMapEntries();
  readonly #settings: NodeSettings;
  readonly #publisher: Publisher;
  readonly #pings: PingWheel;
  readonly #sessions: Sessions;
  readonly #quotas: Quotas;
  readonly #arrivals: Arrivals;
  /** Commands that clients sent here since the start. */
  commands = 0;
  #toFlush: Session[] = [];
  #hooks: Hooks | undefined;
  #stopTicking: () => void = () => undefined;
  /** When the last tick began; undefined before the start, and once no more come. */
  #tickedAt: number | undefined;
  readonly #drain: Drain;
  /** When the log was last told of one, by the limit. */
  readonly #turnedAwayAt = new Map<TurnedAway['limit'], number>();

  constructor(given: NodeSettings) {
    const guard = new Guard(given);
    this.guard = guard;
    this.slowReaders = new SlowReaders({
      ...{ clock: given.clock, guard, bound: given.limits.backlogBytes },
      ...{ sessions: () => this.#sessions.every(), count: () => this.#sessions.size },
    });
    const settings = { ...given, fanout: this.slowReaders.watching(given.fanout) };
    this.#settings = settings;
    this.clock = settings.clock;
    this.telemetry = settings.telemetry;
    this.traces = settings.traces;
    this.limits = settings.limits;
    this.permissions = new Permissions(settings.namespaces, settings.openNamespaces, settings.userChannelNames);
    this.admission = new Admission(this.permissions, () => this.#hooks);
    this.maps = new Maps(settings.limits.mapBytes);
    this.storedMaps = new StoredMaps({
      ...{ maps: this.maps, log: settings.logs.durable },
      isUsed: (channel) => this.hub.get(channel) !== undefined,
    });
    this.polls = new SharedPolls({
      ...{
        clock: settings.clock,
        fanout: settings.fanout,
        protocols: settings.protocols,
        secret: settings.pollSecret ?? '',
      },
      traces: settings.traces,
      ask: async (url, question, span) => this.admission.application().poll(url, question, span),
      onFailure: (error) => this.report(error, 'poll.failed'),
    });
    this.#publisher = new Publisher({
      ...settings,
      ...{ permissions: this.permissions, maps: this.maps, storedMaps: this.storedMaps },
      tell: (channel, epoch, publication) => this.#tell(channel, epoch, publication),
      trimmed: (channel, to) => this.#trimmed(channel, to),
      refused: (limit) => this.refused(limit),
    });
    this.#pings = new PingWheel({ ...settings, ...settings.limits, guard });
    this.#quotas = settings.quotas ?? UNLIMITED;
    this.allowances = new Allowances(this.#quotas);
    this.work = new NodeWork({ clock: this.clock, bytesPerSecond: this.#quotas.userReadBytesPerSecond });
    this.#arrivals = new Arrivals({
      quotas: this.#quotas,
      random: Math.random,
      connections: () => this.connections,
    });
    this.#sessions = new Sessions({
      ...{ clock: this.clock, guard, pings: this.#pings, hooks: () => this.#hooks },
      ...{ arrivals: this.#arrivals, userConnections: this.#quotas.userConnections },
      refused: (limit) => this.refused(limit),
    });
    this.#drain = new Drain(this.clock, guard);
    this.hub = this.#createHub();
    settings.namespaces.onRedefined((name) => this.#resetNamespace(name));
    settings.bus.listen((subject, message) => this.#hear(subject, message));
    settings.bus.subscribe(CONTROL);
  }

  /** Begins to look after connections. */
  start(hooks: Hooks): void {
    this.#hooks = hooks;
    this.#tickedAt = this.clock.now();
    const onError = (error: unknown) => this.guard.failed('tick', error);
    this.#stopTicking = repeat({ clock: this.clock, ms: TICK_MS, onError }, () => this.#tick());
  }

  /** Whether connections are looked after as they should be: the last tick is not long ago. */
  get isTicking(): boolean {
    // Where the wall clock stepped, in whichever direction, the next tick puts this right.
    return this.#tickedAt === undefined || Math.abs(this.clock.now() - this.#tickedAt) <= TICK_LATE_MS;
  }

  get name(): string {
    return this.#settings.name;
  }

  get connections(): number {
    return this.#sessions.size;
  }

  /** Undefined when a connection from this address may begin; else the suggested reconnect delay. See `Arrivals.admit`. */
  admit(address: string, honoursDelay: boolean): TurnedAway | undefined {
    const turned = this.#arrivals.admit(address, this.clock.now(), honoursDelay);
    if (turned !== undefined) this.#noteTurnedAway(turned, address);
    return turned;
  }

  /** Counts a request that belongs to no connection. Throws `ClientError('tooManyRequests')` where it is one too many. */
  spend(caller: Caller, what: 'publication' | 'other'): void {
    const excess = this.allowances.takeRequest(caller, what === 'publication', this.clock.now());
    if (excess === undefined) return;
    this.refused(excess.limit);
    throw tooSoon(excess);
  }

  /** A client's socket has opened. */
  open(opening: Opening): Session {
    const session = new Session(this, opening, opening.client ?? crypto.randomUUID());
    this.#sessions.opened(session, opening.client);
    return session;
  }

  // --- what sessions ask -------------------------------------------------------------------------------------------

  register(session: Session): void {
    if (this.#settings.singleConnection === true) this.#endOthersOf(session);
    this.#sessions.register(session);
  }

  unregister(session: Session): void {
    this.#sessions.unregister(session);
  }

  signedIn(session: Session, before: Principal): void {
    this.#sessions.signedIn(session, before);
  }

  refuse(session: Session): void {
    this.#sessions.refuse(session);
  }

  flooded({ address }: Session): void {
    this.#arrivals.flooded(address, this.clock.now());
  }

  refused(limit: LimitName): void {
    this.telemetry.count('banyan_refusals_total', { limit });
  }

  channelsLeft(principal: Principal): number {
    const { userChannels } = this.#quotas;
    if (userChannels === 0 || principal.kind === 'anonymous') return Number.POSITIVE_INFINITY;
    const asked = this.#sessions.of(principal).reduce((sum, { subscriptions }) => sum + subscriptions.asked, 0);
    return userChannels - asked;
  }

  retryMs(kind: DisconnectName): number | undefined {
    return kind === 'shutdown' || kind === 'tooManyRequests' ? this.#arrivals.retryMs(this.clock.now()) : undefined;
  }

  async serverChannels(principal: Principal): Promise<readonly string[]> {
    const ofFeatures = (await this.#hooks?.serverChannels(principal)) ?? [];
    const { personalNamespace, userChannelNames = USER_CHANNEL_NAMES } = this.#settings;
    if (personalNamespace === undefined) return ofFeatures;
    const personal = personalChannelOf(personalNamespace, principal, userChannelNames);
    return personal === undefined ? ofFeatures : [...ofFeatures, personal];
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
    return secondsLeft(session.expiresAt, this.clock.now());
  }

  /** Answers a command, after checking that this principal may. */
  run(session: Session, command: NodeCommand, turn?: Turn): Promise<Reply> {
    switch (command.kind) {
      case 'publish':
        return answerPublish({ node: this, hooks: this.#hooks, turn }, session, command);
      case 'rpc':
        return answerRpc(this.#hooks, session, command);
      case 'history':
        return answerHistory(this, session, command);
      case 'presence':
        return answerPresence(this, session, command.channel);
      case 'presenceStats':
        return answerPresenceStats(this, session, command.channel);
      default:
        return command satisfies never;
    }
  }

  flushLater(session: Session): void {
    if (this.#toFlush.length === 0) this.clock.soon(this.#flushSessions);
    this.#toFlush.push(session);
  }

  report(thrown: unknown, event: string, fields?: Fields): void {
    const error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    this.telemetry.record('error', event, { ...fields, error });
  }

  announceJoin(channel: HubChannel, info: ClientInfo, { presence, inMaps, joinLeave }: Shown, silently: boolean): void {
    if (silently) {
      // What is told of it may be new.
      if (presence) this.hub.setPresent(channel, info);
      return;
    }
    if (inMaps) this.#showEntries(this.#mapPresence.join(channel.name, channel.namespace, info), info, false);
    const alone = presence && this.hub.setPresent(channel, info);
    if (alone) this.#hooks?.apps?.present(channel.name, info.user, true);
    if (joinLeave) this.#announce(channel.name, 'join', { info, alone });
  }

  announceLeave(name: string, info: ClientInfo, { presence, inMaps, joinLeave }: Shown): void {
    const namespace = this.hub.get(name)?.namespace;
    if (namespace === undefined) return;
    const own = namespace.type === 'map' && namespace.mapClearsClient ? [{ channel: name, key: info.client }] : [];
    this.#showEntries(own, info, true);
    if (inMaps) this.#showEntries(this.#mapPresence.leave(name, namespace, info), info, true);
    const alone = presence && this.hub.setAbsent(name, info.client);
    if (alone) this.#hooks?.apps?.present(name, info.user, false);
    if (joinLeave) this.#announce(name, 'leave', { info, alone });
  }

  counted(channel: string): void {
    const apps = this.#hooks?.apps;
    if (apps !== undefined) apps.counted(channel, this.hub.get(channel)?.subscriberCount ?? 0);
  }

  // --- what features ask (`Channels`) ------------------------------------------------------------------------------

  publish(channel: string, data: string, options?: PublishOptions): Promise<Published> {
    return this.#publisher.publish(channel, data, options);
  }

  read(channel: string, range: ReadRange): Promise<Page> {
    return this.#publisher.read(channel, range);
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
    return this.#sessions.countOf(user);
  }

  // --- what a developer's own backend asks -----------------------------------------------------------------------

  /** Those present in the channel. Throws `ClientError` `notAvailable` where presence is not kept. */
  presenceOf(channel: string): readonly ClientInfo[] {
    if (!this.permissions.namespace(channel).presence) throw new ClientError('notAvailable');
    return [...(this.hub.get(channel)?.present?.clients ?? [])];
  }

  /** Forgets what was published in the channel; offsets go on. Throws `notAvailable` where nothing is kept. */
  async trim(channel: string): Promise<void> {
    this.#trimmed(channel, await this.#publisher.trim(channel));
  }

  /** Where the channel's history ends; offset 0 and no epoch where none is kept. */
  position(channel: string): Promise<{ readonly offset: number; readonly epoch: string }> {
    return this.#publisher.position(channel);
  }

  /**
   * Puts connections of one whom tokens name into a channel, takes them out, or ends them; on every node. `''` is whoever is
   * nobody in particular.
   */
  tellExternal(user: string, order: ExternalOrder): void {
    if (user === '') this.#settings.bus.publish(CONTROL, { kind: 'external', identity: NOBODY, order });
    else this.#tellIdentity({ kind: 'external', user }, order);
  }

  /** Tells those who track the item of a shared poll what it is now, if that is newer than what they know; on every node. */
  publishItem(channel: string, item: PolledItem): void {
    this.#settings.bus.publish(CHANNEL_PREFIX + channel, { kind: 'item', item });
  }

  /** Has everybody on this node who is in the channel subscribe again: what they know of it does not hold any more. */
  startAnew(channel: string): void {
    this.guard.each('resets', [...this.#sessions.every()], (session) => session.subscriptions.reset(channel));
  }

  /** As `tellExternal`, for those whom an app's backend has signed in. */
  tellAppUser(app: string, user: string, order: ExternalOrder): void {
    this.#tellIdentity({ kind: 'app', app, user, client: '' }, order);
  }

  /** Every connection, one after the other: of those that come and go while one looks, some are left out. */
  sessions(): Iterable<Session> {
    return this.#sessions.every();
  }

  /** What waits to be written, and how long that takes. */
  get queues(): Publisher['queues'] {
    return this.#publisher.queues;
  }

  /** Publications that were accepted here since the start. */
  get publications(): number {
    return this.#publisher.accepted;
  }

  /** How many connections and users there are on this node. */
  get population(): { readonly clients: number; readonly users: number } {
    return { clients: this.#sessions.size, users: this.#sessions.users };
  }

  // --- stopping ----------------------------------------------------------------------------------------------------

  /**
   * Lets nobody in any more, tells every client to reconnect, all at once without a plan, and resolves when what was
   * accepted is in the log.
   */
  async drain(plan: DrainPlan = AT_ONCE): Promise<void> {
    this.#arrivals.stop();
    await this.#drain.run(() => this.#sessions.every(), plan);
    await this.#publisher.drained();
    this.#stopTicking();
    this.#tickedAt = undefined;
  }

  /** Has a drain send away at once whoever is left. False where nobody is. */
  hurry(): boolean {
    return this.#drain.hurry();
  }

  // -----------------------------------------------------------------------------------------------------------------

  /** Each one is counted; the log has one of a kind a minute, whatever storm there is. */
  #noteTurnedAway({ limit }: TurnedAway, address: string): void {
    this.refused(limit);
    const now = this.clock.now();
    if (limit === 'draining' || Math.abs(now - (this.#turnedAwayAt.get(limit) ?? 0)) < LOG_PAUSE_MS) return;
    this.#turnedAwayAt.set(limit, now);
    this.telemetry.record('warn', 'connection.turned_away', { limit, address, connections: this.connections });
  }

  /** A request that is soon over replaces nobody. */
  #endOthersOf({ client, principal, protocol }: Session): void {
    if (principal.kind !== 'external' || protocol.clients === 'poll') return;
    this.tellExternal(principal.user, { kind: 'disconnect', except: [client], ending: DISCONNECTS.connectionLimit });
  }

  #tellIdentity(principal: Principal, order: ExternalOrder): void {
    const identity = identityOf(principal);
    if (identity !== undefined) this.#settings.bus.publish(CONTROL, { kind: 'external', identity, order });
  }

  #createHub(): Hub {
    const { fanout, protocols, clock, traces, limits, bus } = this.#settings;
    return new Hub({
      fanout,
      protocols,
      guard: this.guard,
      clock,
      traces,
      recoveryLimit: limits.history,
      recoveryBytes: limits.recoveryBytes,
      logOf: (namespace) => this.#publisher.logOf(namespace),
      onInterest: (channel, wanted) =>
        wanted ? bus.subscribe(CHANNEL_PREFIX + channel) : bus.unsubscribe(CHANNEL_PREFIX + channel),
      onReset: (channel) => this.startAnew(channel),
      backlogBytes: limits.backlogBytes,
      sessionOf: (client) => this.#sessions.ofClient(client),
    });
  }

  #showEntries(entries: readonly PresenceEntry[], info: ClientInfo, gone: boolean): void {
    for (const { channel, key } of entries) {
      const entry: MapEntry = gone ? { key, removed: true } : { key };
      this.publish(channel, 'null', { entry, info }).catch((error) => this.report(error, 'map.presence_failed'));
    }
  }

  #tell(channel: string, epoch: string, publication: Publication): void {
    this.#settings.bus.publish(CHANNEL_PREFIX + channel, { kind: 'publications', epoch, publications: [publication] });
  }

  /** This node knows at once; what the others hear too late, they find out by the log (`HubChannel`). */
  #trimmed(channel: string, to: Position): void {
    this.hub.trimmed(channel, to);
    this.#settings.bus.publish(CHANNEL_PREFIX + channel, { kind: 'trimmed', to });
  }

  #announce(
    channel: string,
    kind: 'join' | 'leave',
    who: { readonly info: ClientInfo; readonly alone: boolean },
  ): void {
    this.#settings.bus.publish(CHANNEL_PREFIX + channel, { kind, ...who });
  }

  #hear(subject: string, message: NodeMessage): void {
    // Whoever publishes was accepted, whatever becomes of the deliveries here.
    this.guard.run('bus', () => this.#obey(subject, message));
  }

  #obey(subject: string, message: NodeMessage): void {
    const channel = subject.slice(CHANNEL_PREFIX.length);
    switch (message.kind) {
      case 'publications':
        return this.hub.receive(channel, message.epoch, message.publications);
      case 'item':
        return this.polls.learn(channel, message.item);
      case 'trimmed':
        return this.hub.trimmed(channel, message.to);
      case 'join':
      case 'leave':
        return this.hub.announce(channel, message);
      case 'external':
      case 'subscribe':
      case 'unsubscribe':
      case 'disconnect':
        return this.#sessions.obey(message);
      default:
        message satisfies never;
    }
  }

  #tick(): void {
    const now = this.clock.now();
    this.#tickedAt = now;
    const { guard } = this;
    guard.run('pings', () => this.#pings.tick(now));
    guard.run('channels', () => this.hub.sweep(now));
    guard.run('maps', () => this.#expireEntries(now));
    guard.run('stale sessions', () => this.#sessions.closeStale(now));
    guard.run('features', () => this.#hooks?.onTick?.(now));
    guard.run('rates', () => this.allowances.sweep(now));
    guard.run('rates', () => this.#arrivals.sweep(now));
    guard.run('rates', () => this.work.sweep(now));
  }

  /** Whoever is in a channel of the namespace subscribes again, and is told what it is now. */
  #resetNamespace(namespace: string): void {
    for (const { name } of [...this.hub.channels()]) if (namespaceOf(name) === namespace) this.startAnew(name);
  }

  #expireEntries(now: number): void {
    for (const [channel, key] of this.maps.expired(now)) {
      const done = this.publish(channel, 'null', { entry: { key, removed: true } });
      done.catch((error) => this.report(error, 'map.expiry_failed'));
    }
  }

  /** What it was to be told is lost: it must come back to learn of it. */
  #cut(session: Session): void {
    this.guard.run('answers', () => session.close('internal'));
  }

  readonly #flushSessions = (): void => {
    const sessions = this.#toFlush;
    this.#toFlush = [];
    for (const session of sessions) if (!this.guard.run('answers', () => session.flush())) this.#cut(session);
  };
}
