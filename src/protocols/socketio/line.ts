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

/** One client's Engine.IO connection, whichever transport carries it. */
export interface EngineLine {
  /** A packet for the client: text with its type, or the bytes of a binary message. */
  send(packet: Frame): void;
  /** Bytes that were sent and wait in this process for the client to take them. */
  backlog(): number;
  join(topic: string): void;
  leave(topic: string): void;
  /** Ends the connection; clients come back by themselves. `isBehind`: what waits is still for the client. */
  close(isBehind?: boolean): void;
}

/** What comes over an Engine.IO connection. */
export interface LineHandler {
  /** A message: text without its type, or bytes. Throws `DisconnectError` for what is not of the protocol. */
  receive(message: Frame): void;
  /** The client has taken something of what waited for it. */
  drained(): void;
  /** The line is gone. */
  closed(end: End): void;
}

export type EventPacket = Extract<Packet, { kind: 'event' }>;

/** A client's end in one namespace. */
export interface NamespaceMember {
  event(packet: EventPacket): void;
  /** The client sent an event that cannot be read, and is told why. */
  mistake(packet: EventPacket, error: ClientError): void;
  /** The client said what nobody waits for; it counts all the same. */
  unasked(): void;
  drained(): void;
  /** `left`: the client said so. Otherwise its line was lost, and it may come back. */
  closed(end: End | 'left'): void;
}

/** What a member may do with the line. */
export interface NamespaceLine extends Pick<EngineLine, 'send' | 'backlog' | 'join' | 'leave' | 'close'> {
  /** The client is let in: it is not waited for any longer. */
  admit(): void;
  /** Takes the client out of the namespace; the line stays. */
  leaveNamespace(): void;
}

/** Who is at the other end, as the first request says. */
export type LineCaller = { readonly principal: Principal; readonly address: string; readonly headers?: HeaderFields };

/** What a client says as it enters a namespace. */
export type Entry = { readonly auth: Readonly<Record<string, unknown>>; readonly caller: LineCaller };

/** Lets a client in, or tells it why not. */
export type Namespace = (line: NamespaceLine, entry: Entry) => NamespaceMember;

export type LineSettings = {
  readonly clock: Clock;
  /** How long a line may be in no namespace, in milliseconds. */
  readonly connectMs: number;
  /** By name (`/`, `/demo`). */
  readonly namespaces: ReadonlyMap<string, Namespace>;
};

/** How often a client may enter namespaces on one line: each time is a session of its own. */
const ENTRIES = new Rate(20, 200);

type Member = { readonly member: NamespaceMember; isAdmitted: boolean };
type Binary = {
  readonly packet: Packet;
  /** How many attachments have not come yet. */
  awaited: number;
  /** Undefined where there are more than are taken: they are not kept. */
  readonly attachments: Uint8Array[] | undefined;
};

/** The namespaces that one client is in, over one line. */
export class SocketIoLine implements LineHandler {
  readonly #settings: LineSettings;
  readonly #engine: EngineLine;
  readonly #caller: LineCaller;
  readonly #members = new Map<string, Member>();
  /** A packet some of whose attachments have not come yet. */
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
    // Each one that is thrown away counts: a client may announce as many as it likes.
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

  /** Acks are not answered: nothing we say asks for one. */
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
        // Nothing we say asks for one.
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
    const seat = new Seat(this, this.#engine, name);
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

/** What a member has of its line. */
class Seat implements NamespaceLine {
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
