import type { Clock } from '../../ports/clock.ts';
import type { ClientInfo, Page, Position, ReadRange } from '../../ports/log.ts';
import type { Fields, Telemetry } from '../../ports/telemetry.ts';
import type { Traces } from '../../ports/traces.ts';
import { Admission } from '../access/admission.ts';
import { Permissions } from '../access/permissions.ts';
import type { Principal } from '../access/principal.ts';
import type { SignedIn } from '../access/tokens.ts';
import type { ExternalOrder, NodeMessage, PolledItem } from '../bus/node-messages.ts';
import { namespaceOf } from '../channels/namespace.ts';
import { Publisher } from '../channels/publisher.ts';
import { SharedPolls } from '../channels/shared-polls.ts';
import { Hub } from '../delivery/hub.ts';
import { SlowReaders } from '../delivery/slow-readers.ts';
import type { DisconnectName } from '../disconnects.ts';
import { ClientError } from '../errors.ts';
import { Guard } from '../guard.ts';
import { Allowances, type Caller, rateLimitError } from '../limits/allowances.ts';
import { Arrivals, type RefusedArrival } from '../limits/arrivals.ts';
import { NodeWork } from '../limits/node-work.ts';
import { type LimitName, UNLIMITED } from '../limits/quotas.ts';
import { Maps } from '../maps/maps.ts';
import { StoredMaps } from '../maps/stored-maps.ts';
import { reportTo } from '../measures/report.ts';
import type { Channels, Published, PublishOptions } from '../operations/feature.ts';
import { AT_ONCE, Drain, type DrainPlan } from '../sessions/drain.ts';
import { PingWheel } from '../sessions/ping-wheel.ts';
import { Session } from '../sessions/session.ts';
import type { Opening } from '../sessions/session-host.ts';
import { Sessions } from '../sessions/sessions.ts';
import { ChannelMessages } from './channel-messages.ts';
import type { Hooks } from './hooks.ts';
import { JoinsAndLeaves } from './joins-and-leaves.ts';
import { NodeHost } from './node-host.ts';
import type { Limits, NodeSettings } from './node-settings.ts';
import { Orders } from './orders.ts';
import { RefusalLog } from './refusal-log.ts';
import { Ticks, type TickWork } from './ticks.ts';

/** One process of Banyan: its sessions, channels and logs, connected to the other nodes by the bus. */
export class Node implements Channels {
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
  /** Work that costs more than its command shows, in turns that are fair between users. */
  readonly work: NodeWork;
  readonly slowReaders: SlowReaders;
  /** Isolates the node's parts from each other's exceptions. */
  readonly guard: Guard;
  readonly #settings: NodeSettings;
  readonly #publisher: Publisher;
  readonly #pings: PingWheel;
  readonly #sessions: Sessions;
  readonly #arrivals: Arrivals;
  readonly #turnedAway: RefusalLog;
  readonly #orders: Orders;
  readonly #messages: ChannelMessages;
  readonly #host: NodeHost;
  readonly #ticks: Ticks;
  readonly #drain: Drain;
  #hooks: Hooks | undefined;

  constructor(given: NodeSettings) {
    const { clock, telemetry, limits, logs, quotas = UNLIMITED } = given;
    const hooks = () => this.#hooks;
    const connections = () => this.#sessions.size;
    const refused = (limit: LimitName) => this.refused(limit);
    const guard = new Guard(given);
    const slowReaders = new SlowReaders({
      ...{ clock, guard, bound: limits.backlogBytes },
      ...{ sessions: () => this.#sessions.every(), count: connections },
    });
    const settings = { ...given, fanout: slowReaders.watching(given.fanout) };
    const { bus, namespaces } = settings;
    const permissions = new Permissions(namespaces, settings.openNamespaces, settings.userChannelNames);
    const maps = new Maps(limits.mapBytes);
    const isUsed = (channel: string) => this.hub.get(channel) !== undefined;
    const storedMaps = new StoredMaps({ maps, log: logs.durable, isUsed });
    this.guard = guard;
    this.slowReaders = slowReaders;
    this.clock = clock;
    this.telemetry = telemetry;
    this.traces = settings.traces;
    this.limits = limits;
    this.permissions = permissions;
    this.admission = new Admission(permissions, hooks);
    this.maps = maps;
    this.storedMaps = storedMaps;
    this.allowances = new Allowances(quotas);
    this.work = new NodeWork({ clock, bytesPerSecond: quotas.userReadBytesPerSecond });
    this.#settings = settings;
    this.#turnedAway = new RefusalLog({ clock, telemetry, connections });
    this.#arrivals = new Arrivals({ quotas, random: Math.random, connections });
    this.#pings = new PingWheel({ ...settings, ...limits, guard });
    this.#sessions = new Sessions({
      ...{ clock, guard, hooks, refused, pings: this.#pings },
      ...{ arrivals: this.#arrivals, userConnections: quotas.userConnections },
    });
    this.polls = this.#createPolls(settings);
    this.#messages = new ChannelMessages({ bus, polls: this.polls, hub: () => this.hub });
    this.#orders = new Orders({ bus, guard, sessions: this.#sessions });
    this.#publisher = new Publisher({
      ...settings,
      ...{ permissions, maps, storedMaps, refused },
      tell: (channel, epoch, publication) => this.#messages.published(channel, epoch, publication),
      trimmed: (channel, to) => this.#messages.trimmed(channel, to),
    });
    this.hub = this.#createHub();
    this.#host = this.#createHost(hooks);
    this.#drain = new Drain(clock, guard);
    this.#ticks = new Ticks(clock, guard, this.#tickWork());
    namespaces.onRedefined((name) => this.#resetNamespace(name));
    bus.listen((subject, message) => this.#receive(subject, message));
  }

  /** Starts maintaining connections. */
  start(hooks: Hooks): void {
    this.#hooks = hooks;
    this.#ticks.start();
  }

  /** Whether connections are maintained: the last tick was recent. */
  get isTicking(): boolean {
    return this.#ticks.areOnTime;
  }

  get name(): string {
    return this.#settings.name;
  }

  get connections(): number {
    return this.#sessions.size;
  }

  /** Client commands since the start. */
  get commands(): number {
    return this.#host.commands;
  }

  /**
   * Undefined if a connection from this address is allowed; otherwise the suggested reconnect delay. See
   * `Arrivals.admit`.
   */
  admit(address: string, honoursDelay: boolean): RefusedArrival | undefined {
    const turned = this.#arrivals.admit(address, this.clock.now(), honoursDelay);
    if (turned === undefined) return undefined;
    this.refused(turned.limit);
    this.#turnedAway.note(turned, address);
    return turned;
  }

  /** Counts a request without a connection. Throws `ClientError('tooManyRequests')` above the limit. */
  spend(caller: Caller, what: 'publication' | 'other'): void {
    const excess = this.allowances.takeRequest(caller, what === 'publication', this.clock.now());
    if (excess === undefined) return;
    this.refused(excess.limit);
    throw rateLimitError(excess);
  }

  /** Counts a refusal by a limit. */
  refused(limit: LimitName): void {
    this.telemetry.count('banyan_refusals_total', { limit });
  }

  /** Logs an error whose cause no client sees. */
  report(thrown: unknown, event: string, fields?: Fields): void {
    reportTo(this.telemetry, thrown, event, fields);
  }

  /** A client's socket has opened. */
  open(opening: Opening): Session {
    const session = new Session(this.#host, opening, opening.client ?? crypto.randomUUID());
    this.#sessions.opened(session, opening.client);
    return session;
  }

  /** Throws `DisconnectError('invalidToken')` or `ClientError('tokenExpired')`. */
  verifyToken(token: string): Promise<SignedIn> {
    return this.#host.verifyToken(token);
  }

  /** The user named in the token, or the one the runtime found. Throws like `verifyToken`, and `unauthorized`. */
  signIn(found: Principal, token: string): Promise<SignedIn> {
    return this.#host.signIn(found, token);
  }

  // --- for features (`Channels`) -----------------------------------------------------------------------------------

  publish(channel: string, data: string, options?: PublishOptions): Promise<Published> {
    return this.#publisher.publish(channel, data, options);
  }

  read(channel: string, range: ReadRange): Promise<Page> {
    return this.#publisher.read(channel, range);
  }

  subscribeUser(user: string, channel: string): void {
    this.#orders.send({ kind: 'subscribe', user, channel });
  }

  unsubscribeUser(user: string, channel: string): void {
    this.#orders.send({ kind: 'unsubscribe', user, channel });
  }

  disconnectUser(user: string, reason: DisconnectName, device?: string): void {
    this.#orders.send({ kind: 'disconnect', user, reason, device });
  }

  connectionsOf(user: string): number {
    return this.#sessions.countOf(user);
  }

  // --- for the developer's own backend -----------------------------------------------------------------------------

  /** The channel's presence. Throws `ClientError` `notAvailable` without presence. */
  presenceOf(channel: string): readonly ClientInfo[] {
    if (!this.permissions.namespace(channel).presence) throw new ClientError('notAvailable');
    return [...(this.hub.get(channel)?.present?.clients ?? [])];
  }

  /** Removes the channel's history; offsets continue. Throws `notAvailable` without history. */
  async trim(channel: string): Promise<void> {
    this.#messages.trimmed(channel, await this.#publisher.trim(channel));
  }

  /** The end of the channel's history; offset 0 and no epoch without history. */
  position(channel: string): Promise<Position> {
    return this.#publisher.position(channel);
  }

  /** Sends an order to the connections of a user of tokens, on every node; user `''`: all anonymous connections. */
  orderExternal(user: string, order: ExternalOrder): void {
    this.#orders.sendExternal(user, order);
  }

  /** Like `tellExternal`, for users that an app's backend has signed in. */
  orderAppUser(app: string, user: string, order: ExternalOrder): void {
    this.#orders.sendToAppUser(app, user, order);
  }

  /** Sends an item of a shared poll to trackers with an older version; on every node. */
  publishItem(channel: string, item: PolledItem): void {
    this.#messages.item(channel, item);
  }

  /** Makes every client of the channel on this node subscribe again: its state of the channel is obsolete. */
  startAnew(channel: string): void {
    this.guard.each('resets', [...this.#sessions.every()], (session) => session.subscriptions.reset(channel));
  }

  // --- for metrics and the console ---------------------------------------------------------------------------------

  /** Every connection, one after another; those that open or close meanwhile may be missing. */
  sessions(): Iterable<Session> {
    return this.#sessions.every();
  }

  /** The queue's length, and write times. */
  get queues(): Publisher['queues'] {
    return this.#publisher.queues;
  }

  /** Publications accepted here since the start. */
  get publications(): number {
    return this.#publisher.accepted;
  }

  /** The number of connections and users on this node. */
  get population(): { readonly clients: number; readonly users: number } {
    return { clients: this.#sessions.size, users: this.#sessions.users };
  }

  // --- stopping ----------------------------------------------------------------------------------------------------

  /**
   * Accepts no new connection, tells every client to reconnect, all at once without a plan, and resolves when accepted
   * publications are in the log.
   */
  async drain(plan: DrainPlan = AT_ONCE): Promise<void> {
    this.#arrivals.stop();
    await this.#drain.run(() => this.#sessions.every(), plan);
    await this.#publisher.drained();
    this.#ticks.stop();
  }

  /** Makes a drain close the remaining connections at once. False where there are none. */
  hurry(): boolean {
    return this.#drain.hurry();
  }

  // --- parts -------------------------------------------------------------------------------------------------------

  #createPolls({ clock, fanout, protocols, pollSecret = '', traces }: NodeSettings): SharedPolls {
    return new SharedPolls({
      ...{ clock, fanout, protocols, traces, secret: pollSecret },
      ask: async (url, question, span) => this.admission.application().poll(url, question, span),
      onFailure: (error) => this.report(error, 'poll.failed'),
    });
  }

  #createHub(): Hub {
    const { fanout, protocols, clock, traces, limits } = this.#settings;
    return new Hub({
      ...{ fanout, protocols, clock, traces, guard: this.guard, backlogBytes: limits.backlogBytes },
      recoveryLimit: limits.history,
      recoveryBytes: limits.recoveryBytes,
      logOf: (namespace) => this.#publisher.logOf(namespace),
      onInterest: (channel, wanted) => this.#messages.listen(channel, wanted),
      onReset: (channel) => this.startAnew(channel),
      sessionOf: (client) => this.#sessions.ofClient(client),
    });
  }

  #createHost(hooks: () => Hooks | undefined): NodeHost {
    const publish = (channel: string, data: string, options: PublishOptions) =>
      this.#publisher.publish(channel, data, options);
    const { hub, guard, permissions, admission, allowances, maps, storedMaps, polls, work, slowReaders } = this;
    const report = (thrown: unknown, event: string) => this.report(thrown, event);
    const joinsAndLeaves = new JoinsAndLeaves({ hub, hooks, publish, report, messages: this.#messages });
    return new NodeHost({
      ...{ hub, guard, permissions, admission, allowances, maps, storedMaps, polls, work, slowReaders },
      ...{ hooks, publish, joinsAndLeaves, settings: this.#settings, quotas: this.#settings.quotas ?? UNLIMITED },
      ...{ arrivals: this.#arrivals, sessions: this.#sessions, orders: this.#orders },
      read: (channel, range) => this.#publisher.read(channel, range),
    });
  }

  #tickWork(): TickWork {
    return [
      ['pings', (now) => this.#pings.tick(now)],
      ['channels', (now) => this.hub.sweep(now)],
      ['maps', (now) => this.#expireEntries(now)],
      ['stale sessions', (now) => this.#sessions.closeStale(now)],
      ['features', (now) => this.#hooks?.onTick?.(now)],
      ['rates', (now) => this.allowances.sweep(now)],
      ['rates', (now) => this.#arrivals.sweep(now)],
      ['rates', (now) => this.work.sweep(now)],
    ];
  }

  #receive(subject: string, message: NodeMessage): void {
    // A publication was accepted; deliveries may still fail.
    this.guard.run('bus', () => {
      switch (message.kind) {
        case 'external':
        case 'subscribe':
        case 'unsubscribe':
        case 'disconnect':
          return this.#orders.receive(message);
        default:
          return this.#messages.receive(subject, message);
      }
    });
  }

  /** The namespace's clients subscribe again, which applies its new options. */
  #resetNamespace(namespace: string): void {
    for (const { name } of [...this.hub.channels()]) if (namespaceOf(name) === namespace) this.startAnew(name);
  }

  #expireEntries(now: number): void {
    for (const [channel, key] of this.maps.expired(now)) {
      const done = this.publish(channel, 'null', { entry: { key, removed: true } });
      done.catch((error) => this.report(error, 'map.expiry_failed'));
    }
  }
}
