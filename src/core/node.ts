import type { BusMessage } from '../ports/bus.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClientInfo, MapEntry, Page, Publication, ReadRange } from '../ports/log.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import { Admission } from './admission.ts';
import { identityOf } from './apps.ts';
import { answerHistory, answerPresence, answerPresenceStats } from './channel-reads.ts';
import { answerPublish, answerRpc } from './client-commands.ts';
import type { Entered } from './connect-entry.ts';
import { DisconnectError, type DisconnectName } from './disconnects.ts';
import { ClientError } from './errors.ts';
import type { Channels, Published, PublishOptions } from './feature.ts';
import type { Hooks } from './hooks.ts';
import { Hub } from './hub.ts';
import type { HubChannel } from './hub-channel.ts';
import { MapPresence, type PresenceEntry } from './map-presence.ts';
import { Maps } from './maps.ts';
import type { ChannelMessage, Control, ExternalOrder } from './node-messages.ts';
import type { Limits, NodeSettings } from './node-settings.ts';
import { Permissions } from './permissions.ts';
import { PingWheel } from './ping-wheel.ts';
import type { Principal } from './principal.ts';
import { Publisher } from './publisher.ts';
import type { ConnectResult, Reply } from './pushes.ts';
import { type NodeCommand, type Opening, Session, type SessionHost } from './session.ts';
import { Sessions } from './sessions.ts';
import { SharedPolls } from './shared-polls.ts';
import type { SignedIn } from './tokens.ts';

const TICK_MS = 1_000;
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
  readonly #publisher: Publisher;
  readonly #pings: PingWheel;
  readonly #sessions: Sessions;
  /** Commands that clients sent here since the start. */
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
    this.#publisher = new Publisher({
      ...settings,
      ...{ permissions: this.permissions, maps: this.maps },
      tell: (channel, epoch, publication) => this.#tell(channel, epoch, publication),
    });
    this.#pings = new PingWheel({ ...settings, ...settings.limits });
    this.#sessions = new Sessions({ clock: this.clock, pings: this.#pings, hooks: () => this.#hooks });
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
    return this.#sessions.size;
  }

  /** A client's socket has opened. */
  open(opening: Opening): Session {
    const session = new Session(this, opening, opening.client ?? crypto.randomUUID());
    this.#sessions.opened(session, opening.client);
    return session;
  }

  // --- what sessions ask -------------------------------------------------------------------------------------------

  register(session: Session): void {
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
        return answerPublish({ node: this, hooks: this.#hooks }, session, command);
      case 'rpc':
        return answerRpc(this.#hooks, session, command);
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
  trim(channel: string): Promise<void> {
    return this.#publisher.trim(channel);
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

  /** Tells every client to reconnect, and resolves when what was accepted is in the log. */
  async drain(): Promise<void> {
    for (const session of [...this.#sessions.every()]) session.close('shutdown');
    await this.#publisher.drained();
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
      logOf: (namespace) => this.#publisher.logOf(namespace),
      onInterest: (channel, wanted) => (wanted ? bus.subscribe(`c/${channel}`) : bus.unsubscribe(`c/${channel}`)),
      onReset: (channel) => {
        for (const session of [...this.#sessions.every()]) session.subscriptions.reset(channel);
      },
      connectionOf: (client, protocol, channel) => {
        const session = this.#sessions.ofClient(client);
        const isThere = session?.protocol.name === protocol.name && session.subscriptions.isPlain(channel);
        return isThere ? session.connection : undefined;
      },
    });
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
    if (subject === CONTROL) return this.#sessions.obey(message as Control);
    const channel = subject.slice(2);
    const heard = message as ChannelMessage;
    if (heard.kind === 'publications') this.hub.receive(channel, heard.epoch, heard.publications);
    else this.hub.announce(channel, { ...heard, channel });
  }

  #tick(): void {
    const now = this.clock.now();
    this.#pings.tick(now);
    this.hub.sweep(now);
    for (const [channel, key] of this.maps.expired(now)) {
      const done = this.publish(channel, 'null', { entry: { key, removed: true } });
      done.catch((error) => this.report(error, 'map.expire'));
    }
    this.#sessions.closeStale(now);
  }

  readonly #flushSessions = (): void => {
    const sessions = this.#toFlush;
    this.#toFlush = [];
    for (const session of sessions) session.flush();
  };
}
