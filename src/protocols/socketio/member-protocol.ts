import { DisconnectError } from '../../core/disconnects.ts';
import type { ClientError } from '../../core/errors.ts';
import type { Command } from '../../core/protocol/commands.ts';
import type { Frame, Frames, Protocol } from '../../core/protocol/protocol.ts';
import { listOf } from '../../core/protocol/protocol.ts';
import type { ConnectResult, Push, Reply, SubscribeResult } from '../../core/protocol/pushes.ts';
import { isResumed } from '../../core/sessions/connect-entry.ts';
import { randomText } from '../../core/text/random-text.ts';
import type { Ask } from './asks.ts';
import type { Dialect } from './dialect.ts';
import { encodeAnswer, encodePublication, errorOf } from './encode.ts';
import { type Joined, Membership } from './membership.ts';
import { encodeConnect, encodeConnectError } from './packets.ts';
import type { Recovery } from './recovery.ts';

/** The id of the `connect` command; those of events follow it. */
export const CONNECT_ID = 1;

/** A command that changes the client's subscriptions. */
export type Change = Extract<Command, { kind: 'subscribe' | 'unsubscribe' }>;

type Parts = {
  readonly dialect: Dialect;
  /** The encoding shared by all clients of the dialect. */
  readonly shared: Protocol;
  /** Absent if recovery is off. */
  readonly recovery: Recovery | undefined;
};

/** The protocol state of one client in one namespace: its pending commands and its subscriptions. */
export class MemberProtocol implements Protocol {
  readonly name: string;
  /** Undefined if recovery is off, and before the client has entered. */
  pid: string | undefined;
  /**
   * A publication was skipped that later events seem to cover: from the skipped one on the client's position is
   * unknown.
   */
  hasGaps = false;
  /** The cursor the client sent on connect. */
  cursor: string | undefined;
  state: 'entering' | 'admitted' | 'refused' = 'entering';
  /** Channels the client was subscribed to again, although it is told that it was not recovered. */
  superfluous: readonly string[] = [];
  /** The client's subscriptions, for recovery; empty if recovery is off. */
  readonly membership = new Membership();
  readonly #dialect: Dialect;
  readonly #shared: Protocol;
  readonly #recovery: Recovery | undefined;
  readonly #changed: () => void;
  /** Created on first use: most clients only listen. */
  #asks: Map<number, Ask> | undefined;

  /** `changed` is called when the client has entered, has gaps, or the server has changed its subscriptions. */
  constructor({ dialect, shared, recovery }: Parts, changed: () => void) {
    this.name = dialect.name;
    this.#changed = changed;
    this.#dialect = dialect;
    this.#shared = shared;
    this.#recovery = recovery;
  }

  /** Unused: packets reach the session as commands, because their connection must parse them to find the namespace. */
  decode(): never {
    throw new DisconnectError('badRequest');
  }

  expect(ask: Ask): void {
    if (!('id' in ask.command)) return;
    this.#asks ??= new Map();
    this.#asks.set(ask.command.id, ask);
  }

  /** Pending subscribes and unsubscribes, in order. */
  get changes(): readonly Change[] {
    const commands = [...(this.#asks?.values() ?? [])].map(({ command }) => command);
    return commands.filter((command) => command.kind === 'subscribe' || command.kind === 'unsubscribe');
  }

  encodeReply(id: number, reply: Reply): Frames {
    if (id === CONNECT_ID) return this.#encodeEntry(reply);
    const ask = this.#asks?.get(id);
    this.#asks?.delete(id);
    if (ask === undefined || reply.kind === 'connect') return [];
    this.#remember(ask, reply);
    return encodeAnswer(this.#dialect, ask, reply);
  }

  skips(): void {
    this.hasGaps = true;
    this.#changed();
  }

  encodePush(push: Push): Frames {
    if (push.kind === 'subscribe') this.#join(push.channel, push.result, 'server');
    if (push.kind === 'unsubscribe') this.membership.leave(push.channel);
    if (push.kind === 'subscribe' || push.kind === 'unsubscribe') this.#changed();
    return this.#shared.encodePush(push);
  }

  #remember({ command }: Ask, reply: Reply): void {
    if (reply.kind === 'subscribe' && command.kind === 'subscribe') this.#join(command.channel, reply.result, 'client');
    if (reply.kind === 'unsubscribe' && command.kind === 'unsubscribe') this.membership.leave(command.channel);
  }

  #join(channel: string, result: SubscribeResult, by: Joined['by']): void {
    if (this.#recovery !== undefined) this.membership.join(channel, result, { number: this.#recovery.number, by });
  }

  #encodeEntry(reply: Reply): Frames {
    switch (reply.kind) {
      case 'connect':
        return this.#admit(reply.result);
      case 'error':
        this.state = 'refused';
        return this.#refusal(reply.error);
      default:
        return [];
    }
  }

  #refusal(error: ClientError): string {
    const data: unknown = JSON.parse(errorOf(error));
    return encodeConnectError(this.#dialect.namespace, { message: error.message, data });
  }

  /** The reply to CONNECT, followed by the missed publications if they are complete. */
  #admit({ client, subscriptions, restored }: ConnectResult): readonly Frame[] {
    this.state = 'admitted';
    const { namespace } = this.#dialect;
    const isRecovered = restored !== undefined && isResumed({ subscriptions, restored });
    if (this.#recovery !== undefined && !isRecovered) this.pid = randomText(20);
    const answer = encodeConnect(namespace, { sid: client, ...(this.pid !== undefined && { pid: this.pid }) });
    const frames = isRecovered ? this.#missed([...subscriptions, ...restored]) : [];
    for (const [channel, result] of subscriptions) this.#join(channel, result, 'server');
    if (!isRecovered) this.superfluous = [...(restored?.keys() ?? [])];
    else for (const [channel, result] of restored) this.#join(channel, result, 'client');
    if (this.pid !== undefined) this.#recovery?.begin(this.pid, this.membership);
    this.#changed();
    return [answer, ...frames];
  }

  /** Each event contains the position after it: the connection may break between them. */
  #missed(results: readonly (readonly [string, SubscribeResult])[]): readonly Frame[] {
    const recovery = this.#recovery;
    if (recovery === undefined) return [];
    const id = recovery.cursors.nextReplay();
    const missed = results.flatMap(([channel, { epoch, publications }]) =>
      publications.map((publication) => ({ channel, epoch, publication })),
    );
    const places = new Map(results.map(([channel, { epoch, offset }]) => [channel, { epoch, offset }]));
    const steps = missed.map(({ channel, epoch, publication: { offset } }) => ({ channel, epoch, offset }));
    this.membership.begin({ id, cursor: this.cursor, places, steps });
    return missed.flatMap(({ channel, publication }, step) =>
      listOf(encodePublication(this.#dialect, channel, publication, recovery.cursors.inReplay(id, step))),
    );
  }
}
