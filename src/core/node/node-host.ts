import type { Clock } from '../../ports/clock.ts';
import type { ClientInfo, Page, ReadRange } from '../../ports/log.ts';
import type { Fields, Telemetry } from '../../ports/telemetry.ts';
import type { Traces } from '../../ports/traces.ts';
import type { Admission } from '../access/admission.ts';
import type { Permissions } from '../access/permissions.ts';
import type { Principal } from '../access/principal.ts';
import { secondsLeft } from '../access/seconds-left.ts';
import type { SignedIn } from '../access/tokens.ts';
import { personalChannelOf, USER_CHANNEL_NAMES } from '../access/user-channels.ts';
import { answerHistory, answerPresence, answerPresenceStats } from '../channels/channel-reads.ts';
import type { SharedPolls } from '../channels/shared-polls.ts';
import type { Hub } from '../delivery/hub.ts';
import type { HubChannel } from '../delivery/hub-channel.ts';
import type { SlowReaders } from '../delivery/slow-readers.ts';
import { DISCONNECTS, DisconnectError, type DisconnectName } from '../disconnects.ts';
import { ClientError } from '../errors.ts';
import type { Guard } from '../guard.ts';
import type { Allowances } from '../limits/allowances.ts';
import type { Arrivals } from '../limits/arrivals.ts';
import type { NodeWork } from '../limits/node-work.ts';
import type { LimitName, Quotas } from '../limits/quotas.ts';
import type { Maps } from '../maps/maps.ts';
import type { StoredMaps } from '../maps/stored-maps.ts';
import { reportTo } from '../measures/report.ts';
import type { Published, PublishOptions } from '../operations/feature.ts';
import type { ConnectResult, Reply } from '../protocol/pushes.ts';
import type { Turn } from '../sessions/channel-turns.ts';
import { answerPublish, answerRpc } from '../sessions/client-commands.ts';
import type { Entered } from '../sessions/connect-entry.ts';
import type { Visibility } from '../sessions/delivery-options.ts';
import type { Session } from '../sessions/session.ts';
import type { NodeCommand, SessionHost } from '../sessions/session-host.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { FlushQueue } from './flush-queue.ts';
import type { Hooks } from './hooks.ts';
import type { JoinsAndLeaves } from './joins-and-leaves.ts';
import type { Limits, NodeSettings } from './node-settings.ts';
import type { Orders } from './orders.ts';

type NodeHostParts = {
  readonly settings: NodeSettings;
  readonly hooks: () => Hooks | undefined;
  readonly guard: Guard;
  readonly hub: Hub;
  readonly permissions: Permissions;
  readonly admission: Admission;
  readonly allowances: Allowances;
  readonly maps: Maps;
  readonly storedMaps: StoredMaps;
  readonly polls: SharedPolls;
  readonly work: NodeWork;
  readonly slowReaders: SlowReaders;
  readonly quotas: Quotas;
  readonly arrivals: Arrivals;
  readonly sessions: Sessions;
  readonly orders: Orders;
  readonly joinsAndLeaves: JoinsAndLeaves;
  publish(channel: string, data: string, options: PublishOptions): Promise<Published>;
  read(channel: string, range: ReadRange): Promise<Page>;
};

/** What one node does for its sessions. */
export class NodeHost implements SessionHost<Session> {
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
  readonly work: NodeWork;
  readonly slowReaders: SlowReaders;
  commands = 0;
  readonly #parts: NodeHostParts;
  readonly #flushes: FlushQueue;

  constructor(parts: NodeHostParts) {
    this.#parts = parts;
    const { settings } = parts;
    this.clock = settings.clock;
    this.telemetry = settings.telemetry;
    this.traces = settings.traces;
    this.limits = settings.limits;
    this.hub = parts.hub;
    this.permissions = parts.permissions;
    this.admission = parts.admission;
    this.allowances = parts.allowances;
    this.maps = parts.maps;
    this.storedMaps = parts.storedMaps;
    this.polls = parts.polls;
    this.work = parts.work;
    this.slowReaders = parts.slowReaders;
    this.#flushes = new FlushQueue(settings.clock, parts.guard);
  }

  register(session: Session): void {
    if (this.#parts.settings.singleConnection === true) this.#endOthersOf(session);
    this.#parts.sessions.register(session);
  }

  unregister(session: Session): void {
    this.#parts.sessions.unregister(session);
  }

  signedIn(session: Session, before: Principal): void {
    this.#parts.sessions.signedIn(session, before);
  }

  refuse(session: Session): void {
    this.#parts.sessions.refuse(session);
  }

  flooded({ address }: Session): void {
    this.#parts.arrivals.flooded(address, this.clock.now());
  }

  refused(limit: LimitName): void {
    this.telemetry.count('banyan_refusals_total', { limit });
  }

  channelsLeft(principal: Principal): number {
    const { userChannels } = this.#parts.quotas;
    if (userChannels === 0 || principal.kind === 'anonymous') return Number.POSITIVE_INFINITY;
    const asked = this.#parts.sessions.of(principal).reduce((sum, { subscriptions }) => sum + subscriptions.asked, 0);
    return userChannels - asked;
  }

  retryMs(kind: DisconnectName): number | undefined {
    return kind === 'shutdown' || kind === 'tooManyRequests'
      ? this.#parts.arrivals.retryMs(this.clock.now())
      : undefined;
  }

  async serverChannels(principal: Principal): Promise<readonly string[]> {
    const ofFeatures = (await this.#parts.hooks()?.serverChannels(principal)) ?? [];
    const { personalNamespace, userChannelNames = USER_CHANNEL_NAMES } = this.#parts.settings;
    if (personalNamespace === undefined) return ofFeatures;
    const personal = personalChannelOf(personalNamespace, principal, userChannelNames);
    return personal === undefined ? ofFeatures : [...ofFeatures, personal];
  }

  verifyToken(token: string): Promise<SignedIn> {
    return this.#parts.hooks()?.verifyToken(token) ?? Promise.reject(new DisconnectError('invalidToken'));
  }

  async signIn(found: Principal, token: string): Promise<SignedIn> {
    const signedIn: SignedIn = token === '' ? { principal: found } : await this.verifyToken(token);
    if (signedIn.principal.kind === 'anonymous' && !this.limits.anonymous) throw new ClientError('unauthorized');
    return signedIn;
  }

  connectResult(session: Session, { subscriptions, restored }: Entered): ConnectResult {
    const ttl = this.ttlOf(session);
    const { streamKey } = session.connection;
    const { version, name } = this.#parts.settings;
    return {
      client: session.client,
      version,
      pingSeconds: Math.round(this.limits.pingMs / 1_000),
      node: name,
      time: this.clock.now(),
      ...(streamKey !== undefined && { session: streamKey }),
      ...(ttl !== undefined && { ttl }),
      subscriptions,
      ...(restored !== undefined && { restored }),
    };
  }

  ttlOf(session: Session): number | undefined {
    // Without anything the client could renew it with.
    if (session.expiresAt === Number.POSITIVE_INFINITY || session.renewable) return undefined;
    return secondsLeft(session.expiresAt, this.clock.now());
  }

  publish(channel: string, data: string, options: PublishOptions): Promise<Published> {
    return this.#parts.publish(channel, data, options);
  }

  read(channel: string, range: ReadRange): Promise<Page> {
    return this.#parts.read(channel, range);
  }

  run(session: Session, command: NodeCommand, turn?: Turn): Promise<Reply> {
    const hooks = this.#parts.hooks();
    switch (command.kind) {
      case 'publish':
        return answerPublish({ node: this, hooks, turn }, session, command);
      case 'rpc':
        return answerRpc(hooks, session, command);
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
    this.#flushes.add(session);
  }

  report(thrown: unknown, event: string, fields?: Fields): void {
    reportTo(this.telemetry, thrown, event, fields);
  }

  announceJoin(channel: HubChannel, info: ClientInfo, shown: Visibility, silently: boolean): void {
    this.#parts.joinsAndLeaves.join(channel, info, shown, silently);
  }

  announceLeave(channel: string, info: ClientInfo, shown: Visibility): void {
    this.#parts.joinsAndLeaves.leave(channel, info, shown);
  }

  counted(channel: string): void {
    this.#parts.joinsAndLeaves.counted(channel);
  }

  /** Not for a short request: it replaces no connection. */
  #endOthersOf({ client, principal, protocol }: Session): void {
    if (principal.kind !== 'external' || protocol.clients === 'poll') return;
    const order = { kind: 'disconnect', except: [client], ending: DISCONNECTS.connectionLimit } as const;
    this.#parts.orders.sendExternal(principal.user, order);
  }
}
