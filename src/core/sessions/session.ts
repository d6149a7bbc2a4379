import type { ClientInfo } from '../../ports/log.ts';
import type { TraceContext } from '../../ports/traces.ts';
import { type Principal, userOf } from '../access/principal.ts';
import type { SignedIn } from '../access/tokens.ts';
import { vouchedChannels } from '../access/vouched-channels.ts';
import { GRACE_MS, isOutage } from '../backend/application.ts';
import type { Ending, ServerSubscription } from '../bus/node-messages.ts';
import { DISCONNECTS, DisconnectError, type DisconnectName, type UnsubscribeName } from '../disconnects.ts';
import { ClientError } from '../errors.ts';
import { type ExceededRate, type RateHolder, rateLimitError } from '../limits/allowances.ts';
import type { Asker } from '../limits/fair-queue.ts';
import { bytesOfResult, lengthOfFrames } from '../limits/work-bytes.ts';
import { beginCommand, beginQuestion, endFailed, ending } from '../measures/tracing.ts';
import type { ClientHeaders } from '../protocol/client-headers.ts';
import type { Command, Resumption } from '../protocol/commands.ts';
import type { Connection, End } from '../protocol/connection.ts';
import { type Frame, type Frames, listOf, type Protocol } from '../protocol/protocol.ts';
import type { ConnectResult, Push, Reply } from '../protocol/pushes.ts';
import { ChannelTurns } from './channel-turns.ts';
import { explain } from './command-failure.ts';
import { CommandSlices, SLICE } from './command-slices.ts';
import { type Entered, isResumed } from './connect-entry.ts';
import { OutputBuffer } from './output-buffer.ts';
import { Requests } from './requests.ts';
import { ServerSubscriptions } from './server-subscriptions.ts';
import type { Opening, SessionHost } from './session-host.ts';
import { SessionIdentity } from './session-identity.ts';
import type { Subscriber } from './subscriber.ts';
import { Subscriptions } from './subscriptions.ts';

/** The position of a client that starts without recovery. */
const ANEW: Pick<Extract<Command, { kind: 'connect' }>, 'since' | 'restore' | 'resume'> = { since: new Map() };

/** Characters buffered until the end of a turn; above it they are sent, to where the backlog is bounded. */
const OUTGOING_LIMIT = 64 * 1024;

type Arrival = { readonly bytes: number; readonly caller?: TraceContext | undefined };

type State = 'waiting' | 'connecting' | 'connected' | 'refused' | 'closed';

/**
 * One client. The runtime calls `receive` with each frame and `closed` when the socket is closed; the session answers
 * through its `Connection`. It has no timers: the node's ticks maintain it.
 */
export class Session implements Subscriber, RateHolder {
  readonly protocol: Protocol;
  readonly connection: Connection;
  readonly address: string;
  /** For the developer's backend. */
  headers: ClientHeaders | undefined;
  readonly transport: string;
  /** When the socket opened, by the node's clock. */
  readonly openedAt: number;
  /** When the last frame arrived. */
  lastSeen: number;
  /** Its bucket for pings; see `PingWheel`. */
  place = -1;
  bucket = -1;
  commandsFullAt = 0;
  publicationsFullAt = 0;
  refusalsFullAt = 0;
  readonly subscriptions: Subscriptions;
  readonly #node: SessionHost<Session>;
  readonly #identity: SessionIdentity;
  #state: State = 'waiting';
  readonly #output = new OutputBuffer();
  #deferred: Command[] | undefined;
  #alone = false;
  readonly #serverSubscriptions: ServerSubscriptions;
  readonly #turns = new ChannelTurns();
  readonly #requests: Requests<Session>;
  /** The unhandled rest of a long frame, and later frames. */
  #slices: CommandSlices | undefined;

  constructor(node: SessionHost<Session>, opening: Opening, client: string) {
    this.#node = node;
    this.#identity = new SessionIdentity(opening.principal, client, opening);
    this.connection = opening.connection;
    this.protocol = opening.protocol;
    this.address = opening.address;
    this.transport = opening.transport ?? 'websocket';
    this.headers = opening.headers && { sent: opening.headers };
    this.openedAt = node.clock.now();
    this.lastSeen = this.openedAt;
    this.subscriptions = new Subscriptions(node, this);
    this.#serverSubscriptions = new ServerSubscriptions({
      ...{ turns: this.#turns, subscriptions: this.subscriptions },
      takesTokens: (channel) => node.permissions.takesTokens(channel),
      close: (reason) => this.close(reason),
      report: (error) => node.report(error, 'session.subscribe_failed'),
    });
    this.#requests = new Requests({
      ...{ node, session: this, identity: this.#identity, turns: this.#turns },
      reply: (id, reply) => this.#reply(id, reply),
      closeFor: (error) => this.#closeFor(error),
    });
  }

  /** Once connected, it does not change. */
  get client(): string {
    return this.#identity.client;
  }

  get principal(): Principal {
    return this.#identity.principal;
  }

  get isClosed(): boolean {
    return this.#state === 'closed';
  }

  get isConnected(): boolean {
    return this.#state === 'connected';
  }

  /** Whether the client has pending commands. */
  get isBusy(): boolean {
    return this.#requests.arePending;
  }

  get info(): ClientInfo {
    return this.#identity.info;
  }

  /** For the developer's backend. */
  get meta(): string | undefined {
    return this.#identity.meta;
  }

  /** The connection's expiry, in milliseconds since 1970; infinity without. */
  get expiresAt(): number {
    return this.#identity.expiresAt;
  }

  /** Whether the developer's backend renews the connection, instead of the client with a new token. */
  get renewable(): boolean {
    return this.#identity.renewable;
  }

  /** The key its work is charged to. */
  get asker(): Asker {
    return this.#identity.asker;
  }

  get backlog(): number {
    return this.connection.backlog() + this.#output.length;
  }

  /** `caller`: the trace of the request with the frame. */
  receive(frame: Frame, caller?: TraceContext): void {
    this.#takeAll(() => this.protocol.decode(frame), { bytes: frame.length, caller });
  }

  /** The client answered below the protocol. */
  heard(): void {
    this.lastSeen = this.#node.clock.now();
  }

  /** Counts input that the protocol itself refuses. False above the rate: the client gets an error, or is closed. */
  affords(): boolean {
    this.lastSeen = this.#node.clock.now();
    const excess = this.#node.allowances.take(this, false, this.lastSeen);
    if (excess === undefined) return true;
    if (!this.#tolerates(excess)) this.close('tooManyRequests');
    return false;
  }

  /** Handles a command that did not come in a frame. */
  take(command: Command): void {
    this.#takeAll(() => [command], { bytes: 0 });
  }

  #takeAll(decode: () => readonly Command[], { bytes, caller }: Arrival): void {
    if (this.#state === 'closed') return;
    this.lastSeen = this.#node.clock.now();
    try {
      const decoded = decode();
      const commands = caller === undefined ? decoded : decoded.map((command) => ({ caller, ...command }));
      if (commands.length > SLICE || this.#slices?.isEmpty === false) {
        this.#slices ??= new CommandSlices(this.#node.clock, (command) => this.#handleSafely(command));
        return this.#slices.add(commands, bytes);
      }
      for (const command of commands) this.#take(command);
    } catch (error) {
      this.#closeFor(error);
    }
  }

  /**
   * Closes the connection with a code that tells the client whether to reconnect. `ending`: sent instead, if the
   * protocol can.
   */
  close(kind: DisconnectName, ending?: Ending): void {
    if (this.#state === 'closed') return;
    if (this.connection.streamKey !== undefined) this.#pushReason(kind, ending);
    this.flush();
    this.#end(kind, ending);
  }

  #closeFor(error: unknown): void {
    if (error instanceof DisconnectError) this.close(error.kind, error.ending);
    else this.close('internal');
  }

  #end(kind: DisconnectName, ending: Ending | undefined): void {
    // The last output may have exceeded the limit.
    if (this.#state === 'closed') return;
    const { code, reason } = this.protocol.closing?.(kind) ?? ending ?? DISCONNECTS[kind];
    this.#node.telemetry.count('banyan_disconnects_total', { reason: kind });
    if (kind === 'tooManyRequests') this.#node.flooded(this);
    this.closed();
    this.connection.close(code, reason);
  }

  /** The socket is closed. */
  closed(end: End = 'closed'): void {
    if (this.#state === 'closed') return;
    if (end === 'dropped' || (end === 'cut' && this.#node.slowReaders.mayHaveCut(this))) {
      this.#node.telemetry.count('banyan_disconnects_total', { reason: 'slow' satisfies DisconnectName });
    }
    this.#state = 'closed';
    this.#output.clear();
    this.#deferred = undefined;
    this.#serverSubscriptions.clear();
    this.#slices?.clear();
    this.#turns.release();
    this.subscriptions.clear();
    for (const asker of this.#identity.workKeys) this.#node.work.drop(asker);
    this.#node.unregister(this);
  }

  /** It expired: closes it, unless the developer's backend renews it. */
  expire(): void {
    if (!this.renewable) return this.close('expired');
    // Not asked again while a request is pending.
    this.#identity.expiresAt = Number.POSITIVE_INFINITY;
    const span = beginQuestion(this.#node.traces, 'refresh', { asker: this });
    ending(span, () => this.#node.admission.renew(this, span)).then(
      (renewal) => this.#identity.renew(renewal),
      (error) => {
        if (error instanceof DisconnectError) return this.#closeFor(error);
        if (!isOutage(error)) return this.close('expired');
        explain(this.#node, error, 'refresh');
        // A short outage of the backend does not disconnect its users.
        this.#identity.expiresAt = this.#node.clock.now() + GRACE_MS;
      },
    );
  }

  /** The developer's backend sets a new expiry, in milliseconds since 1970; none if absent. */
  renew(renewal: { readonly expiresAt?: number; readonly info?: string }): void {
    this.#identity.renew(renewal);
    this.#identity.renewable = true;
  }

  /** Its client has reconnected on another connection, which replaces it. See `Resumption.handOver`. */
  yieldTo(channels: ReadonlySet<string>): ReadonlySet<string> {
    if (this.#state === 'closed') return new Set();
    const taken = this.subscriptions.handOver(channels);
    this.close('stale');
    return taken;
  }

  /** The client has read some of its buffer. */
  drained(): void {
    this.#node.hub.conflation.drained(this.connection);
  }

  /** It will not get every publication, which its protocol may have to know. */
  skips(): void {
    this.protocol.skips?.();
  }

  push(push: Push): boolean {
    const frames = listOf(this.protocol.encodePush(push));
    this.#send(frames);
    return frames.length > 0;
  }

  /** Writes at once what would otherwise wait for the end of the turn. */
  flush(): void {
    if (this.#state === 'closed') return;
    if (this.#output.writeTo(this.connection, this.protocol)) this.#node.slowReaders.wrote(this);
  }

  /** Subscribes the client from the server's side. */
  subscribe(channel: string, given?: ServerSubscription): void {
    if (this.#alone) return;
    if (this.#state === 'connecting') this.#serverSubscriptions.addLater(channel, given);
    if (this.#state === 'connected') this.#serverSubscriptions.add(channel, given);
  }

  unsubscribe(channel: string, reason: UnsubscribeName): void {
    this.#serverSubscriptions.remove(channel, reason);
  }

  /** Like `unsubscribe`, for every channel that is not a feature's. */
  unsubscribeAll(reason: UnsubscribeName): void {
    this.#serverSubscriptions.removeAll(reason);
  }

  #mayResume({ resume }: Extract<Command, { kind: 'connect' }>): boolean {
    return resume === undefined || resume.user === userOf(this.principal);
  }

  #resume({ client, handOver }: Resumption, { subscriptions, restored }: Entered): void {
    this.#identity.client = client;
    this.subscriptions.takeOver(handOver(new Set([...subscriptions.keys(), ...(restored?.keys() ?? [])])));
  }

  #take(command: Command): void {
    switch (this.#state) {
      case 'waiting':
        if (command.kind !== 'connect') throw new DisconnectError('badRequest');
        this.#connect(command);
        return;
      case 'connecting':
        // Pings may arrive before the reply; a pong to one is not a pending command.
        if (command.kind !== 'pong') this.#defer(command);
        return;
      case 'connected':
        this.#handle(command);
        return;
      case 'refused':
        throw new DisconnectError('badRequest');
      case 'closed':
        return;
      default:
        this.#state satisfies never;
    }
  }

  /** Commands sent right after `connect` wait for it, up to the limit of pending commands. */
  #defer(command: Exclude<Command, { kind: 'pong' }>): void {
    this.#deferred ??= [];
    if (this.#deferred.length < this.#node.limits.commandsInFlight) this.#deferred.push(command);
    else if (command.kind === 'connect' || command.kind === 'send') throw new DisconnectError('badRequest');
    else this.#refuse(command, { limit: 'commands', waitMs: 1_000 });
  }

  #connect(command: Extract<Command, { kind: 'connect' }>): void {
    this.#state = 'connecting';
    const span = beginCommand(this.#node.traces, this, command);
    this.#enter(span === undefined ? command : { ...command, span }).then(
      () => span?.end(),
      (error) => {
        endFailed(span, error);
        if (this.#state === 'closed') return;
        if (error instanceof DisconnectError) return this.#closeFor(error);
        this.#state = 'refused';
        this.#node.refuse(this);
        this.#reply(command.id, { kind: 'error', error: explain(this.#node, error, 'connect', span) });
      },
    );
  }

  async #enter(command: Extract<Command, { kind: 'connect' }>): Promise<void> {
    const { id, token, alone = false, headers } = command;
    if (headers !== undefined) this.headers = { ...this.headers, claimed: headers };
    const greeted = token === '' ? await this.#node.admission.greet(this, command) : undefined;
    const signedIn = greeted ?? (await this.#node.signIn(this.principal, token));
    if (this.#state === 'closed') return;
    this.#alone = alone;
    this.#identity.signIn(signedIn);
    this.#node.register(this);
    const given = vouchedChannels(signedIn, this.#node.permissions);
    this.#requests.connected(given.keys(), alone);
    // Needed for a session that is alone, too: only now is it certain that the sign-in is still valid.
    const channels = await this.#node.serverChannels(this.principal);
    const names = new Map([...channels.map((channel) => [channel, undefined] as const), ...given]);
    const { since, restore, resume } = this.#mayResume(command) ? command : ANEW;
    const prepare = () => this.subscriptions.prepareAll(alone ? new Map() : names, since, restore);
    const isReturning = since.size > 0 || restore !== undefined;
    const entering = await (isReturning ? this.#node.work.read(this.asker, prepare, () => 0) : prepare());
    if (this.#state !== 'connecting') return entering.abandon();
    this.#state = 'connected';
    const entered = entering.enter();
    if (isReturning) this.#charge(entered);
    if (resume !== undefined && isResumed(entered)) this.#resume(resume, entered);
    this.#reply(id, { kind: 'connect', result: this.#withData(this.#node.connectResult(this, entered), signedIn) });
    this.flush();
    entering.join();
    this.#catchUp();
  }

  #withData(result: ConnectResult, { data }: SignedIn): ConnectResult {
    return data === undefined ? result : { ...result, data };
  }

  /** Runs what had to wait for the connect. */
  #catchUp(): void {
    const [channels, commands] = [this.#serverSubscriptions.takeEarly(), this.#deferred ?? []];
    this.#deferred = undefined;
    for (const [channel, given] of channels) this.subscribe(channel, given);
    for (const command of commands) this.#handleSafely(command);
  }

  #handleSafely(command: Command): void {
    try {
      this.#take(command);
    } catch (error) {
      this.#closeFor(error);
    }
  }

  /** Whether a client that exceeds its rate may stay. */
  #tolerates({ limit }: ExceededRate): boolean {
    this.#node.refused(limit);
    return this.#node.allowances.tolerates(this, this.lastSeen);
  }

  /** Tells the client that it exceeds its rate; one that continues is closed. */
  #refuse(command: Command, excess: ExceededRate): void {
    if (!this.#tolerates(excess)) throw new DisconnectError('tooManyRequests');
    // Not among the errors an operator is alerted for: it is the client's own.
    if ('id' in command) this.#reply(command.id, { kind: 'error', error: rateLimitError(excess) });
  }

  #handle(command: Command): void {
    const excess = this.#node.allowances.take(this, command.kind === 'publish', this.lastSeen);
    if (excess !== undefined) return this.#refuse(command, excess);
    switch (command.kind) {
      case 'pong':
        return;
      case 'connect':
        throw new DisconnectError('badRequest');
      case 'send':
        throw new DisconnectError('notAvailable');
      case 'ping':
        return this.#reply(command.id, { kind: 'error', error: new ClientError('notAvailable') });
      default:
        return this.#requests.take(command);
    }
  }

  #charge({ subscriptions, restored }: Entered): void {
    const results = [...subscriptions.values(), ...(restored?.values() ?? [])];
    const bytes = results.reduce((sum, result) => sum + bytesOfResult(result), 0);
    this.#node.work.charge(this.asker.key, bytes);
  }

  /** A stream has no close code. Clients that only listen also get a reconnect delay, and obey it. */
  #pushReason(reason: DisconnectName, ending: Ending | undefined): void {
    const retryMs = this.protocol.clients === 'listen' ? this.#node.retryMs(reason) : undefined;
    const told = { ...(ending !== undefined && { ending }), ...(retryMs !== undefined && { retryMs }) };
    this.push({ kind: 'disconnect', reason, ...told });
  }

  #reply(id: number, reply: Reply): void {
    if (this.#state === 'closed') return;
    const frames = this.protocol.encodeReply(id, reply);
    if (reply.kind === 'rpc') this.#node.work.charge(this.asker.key, lengthOfFrames(frames));
    this.#send(frames);
  }

  /** Frames of one list stay together: others may be sent when the limit is exceeded. */
  #send(frames: Frames): void {
    if (this.#state === 'closed') return;
    if (this.#output.add(frames)) this.#node.flushLater(this);
    if (this.#output.length > OUTGOING_LIMIT) this.flush();
  }
}
