import type { Principal } from '../../core/access/principal.ts';
import { DisconnectError } from '../../core/disconnects.ts';
import { ClientError } from '../../core/errors.ts';
import { Rate } from '../../core/limits/rate.ts';
import type { HeaderFields } from '../../core/protocol/client-headers.ts';
import type { End } from '../../core/protocol/connection.ts';
import type { Frame } from '../../core/protocol/protocol.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import { ATTACHMENT_LIMIT, attach, tooManyAttachments } from './attachments.ts';
import { decodeHead, encodeConnectError, type Packet } from './packets.ts';
import { fillText } from './raw-args.ts';

/** One client's Engine.IO connection over any transport. */
export interface EngineLine {
  /** A packet for the client: text with its type, or the bytes of a binary message. */
  send(packet: Frame): void;
  /** Sent bytes that are still buffered in this process. */
  backlog(): number;
  join(topic: string): void;
  leave(topic: string): void;
  /** Closes the connection; clients reconnect by themselves. `isBehind`: buffered data is still delivered. */
  close(isBehind?: boolean): void;
}

/** Input of an Engine.IO connection. */
export interface LineHandler {
  /** A message: text without its type, or bytes. Throws `DisconnectError` for invalid input. */
  receive(message: Frame): void;
  /** The client has read some of the buffered data. */
  drained(): void;
  /** The connection is closed. */
  closed(end: End): void;
}

export type EventPacket = Extract<Packet, { kind: 'event' }>;

/** A client's presence in one namespace. */
export interface NamespaceMember {
  event(packet: EventPacket): void;
  /** The client sent an unreadable event, and gets the reason. */
  mistake(packet: EventPacket, error: ClientError): void;
  /** The client sent something unneeded; it counts toward its rate. */
  unasked(): void;
  drained(): void;
  /** `left`: the client sent a disconnect packet. Otherwise its connection broke, and it may reconnect. */
  closed(end: End | 'left'): void;
}

/** What a member can do with its connection. */
export interface NamespaceLine extends Pick<EngineLine, 'send' | 'backlog' | 'join' | 'leave' | 'close'> {
  /** The client has entered: the connect timeout no longer applies. */
  admit(): void;
  /** Removes the client from the namespace; the connection stays open. */
  leaveNamespace(): void;
}

/** The peer, as described by the first request. */
export type LineCaller = { readonly principal: Principal; readonly address: string; readonly headers?: HeaderFields };

/** A client's request to enter a namespace. */
export type Entry = { readonly auth: Readonly<Record<string, unknown>>; readonly caller: LineCaller };

/** Admits a client, or sends it the reason for the refusal. */
export type Namespace = (line: NamespaceLine, entry: Entry) => NamespaceMember;

export type LineSettings = {
  readonly clock: Clock;
  /** How long a connection may be in no namespace, in milliseconds. */
  readonly connectMs: number;
  /** By name (`/`, `/demo`). */
  readonly namespaces: ReadonlyMap<string, Namespace>;
};

/** How often a client may enter namespaces on one connection: each time creates a session. */
const ENTRIES = new Rate(20, 200);

type Member = { readonly member: NamespaceMember; isAdmitted: boolean };
type Binary = {
  readonly packet: Packet;
  /** How many attachments are still missing. */
  awaited: number;
  /** Undefined if there are more than allowed: they are discarded. */
  readonly attachments: Uint8Array[] | undefined;
};

/** The namespaces one client has entered over one connection. */
export class SocketIoLine implements LineHandler {
  readonly #settings: LineSettings;
  readonly #engine: EngineLine;
  readonly #caller: LineCaller;
  readonly #members = new Map<string, Member>();
  /** A packet with attachments still missing. */
  #binary: Binary | undefined;
  #stopWaiting: Cancel | undefined;
  #entriesFullAt = 0;

  constructor(settings: LineSettings, engine: EngineLine, caller: LineCaller) {
    this.#settings = settings;
    this.#engine = engine;
    this.#caller = caller;
    this.#waitForEntry();
  }

  receive(message: Frame): void {
    if (typeof message !== 'string') return this.#takeAttachment(message);
    if (this.#binary !== undefined) throw new DisconnectError('badRequest');
    const { packet, attachments } = decodeHead(message);
    if (attachments === 0) return this.#take(packet);
    const isTaken = attachments <= ATTACHMENT_LIMIT;
    this.#binary = { packet, awaited: attachments, attachments: isTaken ? [] : undefined };
    if (!isTaken) this.#mistake(packet, tooManyAttachments());
  }

  drained(): void {
    for (const { member } of this.#members.values()) member.drained();
  }

  closed(end: End): void {
    this.#stopWaiting?.();
    this.#binary = undefined;
    const members = [...this.#members.values()];
    this.#members.clear();
    for (const { member } of members) member.closed(end);
  }

  #takeAttachment(bytes: Uint8Array): void {
    const binary = this.#binary;
    if (binary === undefined) throw new DisconnectError('badRequest');
    binary.awaited -= 1;
    if (binary.awaited === 0) this.#binary = undefined;
    const { packet, attachments } = binary;
    // Each discarded one counts toward the rate: a client may announce as many as it likes.
    if (attachments === undefined) return this.#members.get(packet.namespace)?.member.unasked();
    attachments.push(bytes);
    if (binary.awaited === 0) this.#takeFilled(packet, attachments);
  }

  #takeFilled(packet: Packet, attachments: readonly Uint8Array[]): void {
    if (!('args' in packet)) return this.#take(packet);
    const args = argsOf(packet, attachments);
    if (args instanceof ClientError) this.#mistake(packet, args);
    else this.#take(packet.kind === 'event' ? filledWith(packet, args, attachments) : { ...packet, args });
  }

  /** Acks are not answered: the server never requests one. */
  #mistake(packet: Packet, error: ClientError): void {
    const { member } = this.#memberIn(packet.namespace);
    if (packet.kind === 'event') member.mistake(packet, error);
    else member.unasked();
  }

  #memberIn(namespace: string): Member {
    const found = this.#members.get(namespace);
    if (found === undefined) throw new DisconnectError('badRequest');
    return found;
  }

  #take(packet: Packet): void {
    const { namespace } = packet;
    switch (packet.kind) {
      case 'connect':
        return this.#enter(namespace, packet.auth);
      case 'disconnect':
        return this.leave(namespace);
      case 'event':
        return this.#memberIn(namespace).member.event(packet);
      case 'ack':
        // The server never requests an ack.
        return this.#members.get(namespace)?.member.unasked();
      default:
        packet satisfies never;
    }
  }

  #enter(name: string, auth: Entry['auth']): void {
    this.#countEntry();
    if (this.#members.has(name)) throw new DisconnectError('badRequest');
    const enter = this.#settings.namespaces.get(name);
    if (enter === undefined) return this.#engine.send(encodeConnectError(name, { message: 'Invalid namespace' }));
    const seat = new MemberLine(this, this.#engine, name);
    this.#members.set(name, { member: enter(seat, { auth, caller: this.#caller }), isAdmitted: false });
  }

  #countEntry(): void {
    const fullAt = ENTRIES.take(this.#entriesFullAt, this.#settings.clock.now());
    if (fullAt === this.#entriesFullAt) throw new DisconnectError('tooManyRequests');
    this.#entriesFullAt = fullAt;
  }

  admit(name: string): void {
    const found = this.#members.get(name);
    if (found !== undefined) found.isAdmitted = true;
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
  }

  leave(name: string): void {
    const found = this.#members.get(name);
    if (found === undefined) return;
    this.#members.delete(name);
    found.member.closed('left');
    if (![...this.#members.values()].some(({ isAdmitted }) => isAdmitted)) this.#waitForEntry();
  }

  #waitForEntry(): void {
    this.#stopWaiting ??= this.#settings.clock.after(this.#settings.connectMs, () => this.#engine.close());
  }
}

function filledWith(
  { json, ...packet }: EventPacket,
  args: readonly unknown[],
  attachments: readonly Uint8Array[],
): EventPacket {
  const text = fillText(json, args, attachments);
  return { ...packet, args, ...(text !== undefined && { json: text }) };
}

function argsOf(
  { args }: { readonly args: readonly unknown[] },
  attachments: readonly Uint8Array[],
): readonly unknown[] | ClientError {
  try {
    return attach(args, attachments);
  } catch (error) {
    if (error instanceof ClientError) return error;
    throw error;
  }
}

/** The connection as a member sees it. */
class MemberLine implements NamespaceLine {
  readonly #line: SocketIoLine;
  readonly #engine: EngineLine;
  readonly #name: string;

  constructor(line: SocketIoLine, engine: EngineLine, name: string) {
    this.#line = line;
    this.#engine = engine;
    this.#name = name;
  }

  send(packet: Frame): void {
    this.#engine.send(packet);
  }

  backlog(): number {
    return this.#engine.backlog();
  }

  join(topic: string): void {
    this.#engine.join(topic);
  }

  leave(topic: string): void {
    this.#engine.leave(topic);
  }

  close(isBehind?: boolean): void {
    this.#engine.close(isBehind);
  }

  admit(): void {
    this.#line.admit(this.#name);
  }

  leaveNamespace(): void {
    this.#line.leave(this.#name);
  }
}
