import { userOf } from '../../core/access/principal.ts';
import { DISCONNECTS } from '../../core/disconnects.ts';
import { ClientError, toClientError } from '../../core/errors.ts';
import type { Node } from '../../core/node/node.ts';
import type { Connection, End } from '../../core/protocol/connection.ts';
import type { Frame, Protocol } from '../../core/protocol/protocol.ts';
import type { Session } from '../../core/sessions/session.ts';
import { type Ask, askOf } from './asks.ts';
import type { Dialect } from './dialect.ts';
import { encodeAnswer } from './encode.ts';
import type { Entry, EventPacket, NamespaceLine, NamespaceMember } from './line.ts';
import { type Change, CONNECT_ID, MemberProtocol } from './member-protocol.ts';
import type { ClientIdentity, Joined } from './membership.ts';
import { encodeConnectError, encodeDisconnect } from './packets.ts';
import type { Recovery, Return } from './recovery.ts';
import { placeNow } from './recovery-records.ts';

/** From this disconnect code on clients do not reconnect. */
const FINAL_CODE = 3_500;

export type MemberParts = {
  readonly node: Node;
  readonly dialect: Dialect;
  /** The encoding shared by all clients of the dialect. */
  readonly shared: Protocol;
  /** Absent if recovery is off. */
  readonly recovery: Recovery | undefined;
};

/** One client in one namespace: a session of its own, which shares its connection with other namespaces. */
export class Member implements NamespaceMember, Connection {
  readonly #parts: MemberParts;
  readonly #line: NamespaceLine;
  readonly #protocol: MemberProtocol;
  readonly #session: Session;
  #lastId = CONNECT_ID;
  /** Events that arrived while the client's new subscriptions are being recorded. */
  #held: EventPacket[] | undefined;
  /** Whether a record of its subscriptions is on disk. */
  #isRecorded = false;
  /** The last record. */
  #recorded: ReadonlyMap<string, Joined> = new Map();
  #isAdmitted = false;

  constructor(parts: MemberParts, line: NamespaceLine, { auth, caller }: Entry) {
    this.#parts = parts;
    this.#line = line;
    this.#protocol = new MemberProtocol(parts, () => this.#noteChange());
    this.#session = parts.node.open({ connection: this, protocol: this.#protocol, ...caller });
    this.#protocol.membership.handOver = (channels) => this.#yieldTo(channels);
    const token = typeof auth.token === 'string' ? auth.token : '';
    const { pid, offset } = auth;
    if (parts.recovery === undefined || typeof pid !== 'string') this.#connect(token);
    else if (typeof offset === 'string' || offset === undefined) this.#reconnect(token, pid, offset);
    // Its position is unknown.
    else this.#connect(token);
  }

  // --- input from the client --------------------------------------------------------------------------------------

  event(packet: EventPacket): void {
    const { node, dialect } = this.#parts;
    if (this.#held !== undefined) {
      // Above the limit the session refuses it, in order.
      if (this.#held.length < node.limits.commandsInFlight) this.#held.push(packet);
      else this.#refuse(packet, new ClientError('tooManyRequests'));
      return;
    }
    this.#lastId += 1;
    try {
      const ask = askOf(this.#lastId, packet, dialect);
      if (ask === undefined) this.mistake(packet, new ClientError('methodNotFound'));
      else this.#do(packet, ask);
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      this.mistake(packet, error);
    }
  }

  /** Input that never reaches the session counts as a command too. */
  mistake(packet: EventPacket, error: ClientError): void {
    this.#refuse(packet, this.#session.affords() ? error : new ClientError('tooManyRequests'));
  }

  unasked(): void {
    this.#session.affords();
  }

  drained(): void {
    this.#session.drained();
  }

  closed(end: End | 'left'): void {
    const left = end === 'left';
    const { recovery } = this.#parts;
    const { pid, membership } = this.#protocol;
    if (recovery !== undefined && pid !== undefined) {
      recovery.end(pid, membership, left);
      if (left && this.#isRecorded) this.#writeLater(new Map());
    }
    this.#session.closed(end === 'left' ? 'closed' : end);
  }

  // --- output of the session (`Connection`)
  // ---------------------------------------------------------------------------

  send(frame: Frame): void {
    this.#line.send(frame);
    if (this.#isAdmitted || this.#protocol.state === 'entering') return;
    if (this.#protocol.state === 'admitted') {
      this.#isAdmitted = true;
      this.#line.admit();
      // Once the session has joined them all.
      if (this.#protocol.superfluous.length > 0) Promise.resolve().then(() => this.#leaveOtherChannels());
    }
    // A refused client is removed; its connection stays open for other namespaces.
    else this.#line.leaveNamespace();
  }

  backlog(): number {
    return this.#line.backlog();
  }

  join(topic: string): void {
    this.#line.join(topic);
  }

  leave(topic: string): void {
    this.#line.leave(topic);
  }

  close(code: number, reason: string): void {
    if (code < FINAL_CODE) return this.#line.close(code === DISCONNECTS.slow.code);
    const { namespace } = this.#parts.dialect;
    const isIn = this.#protocol.state === 'admitted';
    const refusal = { message: reason, data: { code, message: reason } };
    this.#line.send(isIn ? encodeDisconnect(namespace) : encodeConnectError(namespace, refusal));
    this.#line.leaveNamespace();
  }

  // -------------------------------------------------------------------------------------------------------------------

  #connect(token: string, back?: Return): void {
    this.#session.take({ kind: 'connect', id: CONNECT_ID, token, since: new Map(), ...back });
  }

  #reconnect(token: string, pid: string, offset: string | undefined): void {
    const found = this.#parts.recovery?.find(pid, offset);
    if (found !== undefined) this.#protocol.pid = pid;
    this.#protocol.cursor = offset;
    this.#connect(token, found);
  }

  /** The client has reconnected on another connection, which records its subscriptions from now on. */
  #yieldTo(channels: ReadonlySet<string>): ReadonlySet<string> {
    this.#protocol.pid = undefined;
    return this.#session.yieldTo(channels);
  }

  #leaveOtherChannels(): void {
    for (const channel of this.#protocol.superfluous) {
      this.#lastId += 1;
      this.#session.take({ kind: 'unsubscribe', id: this.#lastId, channel });
    }
  }

  #do(packet: EventPacket, ask: Ask): void {
    const { command } = ask;
    if (command.kind !== 'subscribe' && command.kind !== 'unsubscribe') return this.#take(ask);
    if (this.#mustRecord(command.channel)) this.#recordFirst(packet, ask, command);
    else this.#take(ask);
  }

  #take(ask: Ask): void {
    this.#protocol.expect(ask);
    this.#session.take(ask.command);
  }

  /** Whether the client's subscriptions survive the process, including this new channel. */
  #mustRecord(channel: string): boolean {
    const { recovery } = this.#parts;
    if (recovery === undefined || this.#protocol.pid === undefined) return false;
    return this.#isRecorded || recovery.records.concerns(channel);
  }

  /** Subscriptions are on disk before they are confirmed. */
  #recordFirst(packet: EventPacket, ask: Ask, change: Change): void {
    this.#held = [];
    this.#record(change)
      .then(
        () => this.#take(ask),
        (error) => this.#refuse(packet, toClientError(error)),
      )
      .then(() => this.#releaseHeld())
      .catch((error) => {
        this.#parts.node.report(error, 'socketio.event_failed');
        this.#line.close();
      });
  }

  async #record(change: Change): Promise<void> {
    const { node } = this.#parts;
    const { channel } = change;
    const channels = this.#expected();
    if (change.kind === 'unsubscribe') channels.delete(channel);
    else if (!channels.has(channel)) {
      // The session refuses it itself. With a token it may enter, but is not recovered.
      const isAllowed = await node.permissions.decide(this.#session.principal, 'subscribe', channel);
      if (!isAllowed && change.token === undefined) return;
      channels.set(channel, await placeNow(node, channel, this.#parts.recovery?.number ?? 0));
    }
    await this.#write(channels);
  }

  /** The client's subscriptions once all pending commands are answered; new ones are recorded first. */
  #expected(): Map<string, Joined> {
    const channels = new Map<string, Joined>(this.#protocol.membership.channels);
    for (const { kind, channel } of this.#protocol.changes) {
      const place = this.#recorded.get(channel);
      if (kind === 'unsubscribe') channels.delete(channel);
      // An existing subscription keeps its position.
      else if (place !== undefined && !channels.has(channel)) channels.set(channel, place);
    }
    return channels;
  }

  #releaseHeld(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const packet of held) this.event(packet);
  }

  /** The client has entered, has gaps, or the server has subscribed or unsubscribed it. */
  #noteChange(): void {
    const { recovery } = this.#parts;
    const { pid, membership } = this.#protocol;
    membership.who ??= this.#who;
    if (recovery === undefined || pid === undefined) return;
    if (this.#protocol.hasGaps) return this.#giveUpRecovery(recovery, pid);
    const mustRecord =
      this.#isRecorded || [...membership.channels.keys()].some((channel) => recovery.records.concerns(channel));
    if (mustRecord && this.#session.isConnected) this.#writeLater(this.#expected());
  }

  /** When it reconnects it is told that it was not recovered. */
  #giveUpRecovery(recovery: Recovery, pid: string): void {
    recovery.end(pid, this.#protocol.membership, true);
    if (this.#isRecorded) this.#writeLater(new Map());
    this.#isRecorded = false;
    this.#protocol.pid = undefined;
  }

  async #write(channels: ReadonlyMap<string, Joined>): Promise<void> {
    const { recovery } = this.#parts;
    const { pid } = this.#protocol;
    if (recovery === undefined || pid === undefined) return;
    this.#isRecorded = true;
    this.#recorded = channels;
    await recovery.write(pid, this.#who, channels);
  }

  get #who(): ClientIdentity {
    return { client: this.#session.client, user: userOf(this.#session.principal) };
  }

  #writeLater(channels: ReadonlyMap<string, Joined>): void {
    this.#write(channels).catch((error) => this.#parts.node.report(error, 'socketio.record_failed'));
  }

  #refuse({ event, ack }: EventPacket, error: ClientError): void {
    const ask = { event, ...(ack !== undefined && { ack }) };
    for (const frame of encodeAnswer(this.#parts.dialect, ask, { kind: 'error', error })) this.#line.send(frame);
  }
}
