import type { Log, Position, Publication } from '../../ports/log.ts';
import type { Namespace } from '../channels/namespace.ts';
import type { PresentClients } from '../channels/present-clients.ts';
import type { Since } from '../protocol/commands.ts';
import type { Protocol } from '../protocol/protocol.ts';
import type { SubscribeResult } from '../protocol/pushes.ts';
import type { Feeds } from './feeds.ts';
import { OrderGate } from './order-gate.ts';
import type { RecoveryBudget } from './recovery-budget.ts';
import { RecoveryTail } from './recovery-tail.ts';
import type { TailBounds } from './tail.ts';

/** The start of a recovery: a position, or just before the newest publication. */
export type RecoveryStart = Since | 'latest';

/** A client's request for recovery, and its byte budget. */
export type Recovery = { readonly since: RecoveryStart; readonly budget: RecoveryBudget };

export type ChannelSettings = {
  readonly namespace: Namespace;
  /** Absent in namespaces without history. */
  readonly log: Log | undefined;
  /** Maximum publications per recovery. */
  readonly recoveryLimit: number;
  readonly tailBounds: TailBounds;
  readonly now: () => number;
  /** Passes publications to the subscribers, in order. */
  readonly emit: (channel: HubChannel, publications: readonly Publication[]) => void;
  /** A new epoch began: subscribers' positions are invalid now. */
  readonly reset: (channel: HubChannel) => void;
};

/** The order gate and the recovery tail of a channel whose namespace has history. */
type History = { readonly gate: OrderGate; readonly tail: RecoveryTail };

/** A channel with subscribers on this node: its subscribers, its presence, and the results of subscribes. */
export class HubChannel {
  readonly name: string;
  readonly #settings: ChannelSettings;
  /** Absent in namespaces without history. */
  readonly #history: History | undefined;
  /** Subscribers by protocol name, without those of `feeds`. */
  readonly subscribers = new Map<string, number>();
  /** Per-subscriber delivery; most channels have none. */
  feeds: Feeds | undefined;
  /** Presence; only in namespaces with presence. */
  present: PresentClients | undefined;
  /** Publications emitted but not yet passed to the runtime, in order. */
  pending: Publication[] = [];
  /** Clients that are about to subscribe. */
  holds = 0;
  /** Until when it is kept without subscribers. */
  keptUntil = 0;

  constructor(name: string, settings: ChannelSettings) {
    this.name = name;
    this.#settings = settings;
    this.#history = settings.log && this.#createHistory(settings.log);
  }

  get namespace(): Namespace {
    return this.#settings.namespace;
  }

  get recoverable(): boolean {
    return this.#history !== undefined;
  }

  /** The last offset sent to subscribers. Only after `prepare`. */
  get position(): Position {
    return this.#history?.gate.position ?? { epoch: '', offset: 0 };
  }

  get empty(): boolean {
    return this.subscribers.size === 0 && this.holds === 0 && this.feeds === undefined;
  }

  /** How many subscribe to it on this node. */
  get subscriberCount(): number {
    let count = this.feeds?.subscribers ?? 0;
    for (const each of this.subscribers.values()) count += each;
    return count;
  }

  /** Whether this protocol has subscribers, with any options. */
  hears(protocol: Protocol): boolean {
    return this.subscribers.has(protocol.name) || this.feeds?.hears(protocol) === true;
  }

  /** Whether `enter` may be called now. A new epoch can change that at any time. */
  get isReady(): boolean {
    return this.#history === undefined || this.#history.gate.position !== undefined;
  }

  /** Prepares a client's subscription at `since`; after it, while `isReady`, `enter` answers at once. */
  async prepare(from: RecoveryStart | undefined): Promise<void> {
    if (this.#history === undefined) return;
    const { gate, tail } = this.#history;
    do {
      if (gate.position === undefined) await gate.open();
      // Another node may have sent it more than this one knows.
      if (this.#isBehind(from)) await this.#catchUp(this.#history, from.offset);
      const after = from && this.#startOf(from);
      if (after !== undefined) await this.#catchUp(this.#history, after);
      if (after !== undefined && after < this.position.offset) await tail.confirmFloor(gate);
    } while (!this.isReady);
  }

  /** The result for a client that enters now; call in the same turn as joining the channel's topic. */
  enter(recovery: Recovery | undefined): SubscribeResult {
    const { epoch, offset } = this.position;
    const base = { recoverable: this.recoverable, epoch, publications: [] };
    if (recovery === undefined || !this.recoverable) return { ...base, offset, wasRecovering: false, recovered: false };
    const from = this.#startOf(recovery.since);
    const missed = from === undefined ? undefined : this.#history?.tail.missed(from, offset, recovery.budget);
    if (from === undefined || missed === undefined) return { ...base, offset, wasRecovering: true, recovered: false };
    return { ...base, offset: from, wasRecovering: true, recovered: true, publications: missed };
  }

  /** Nothing is kept any more up to this position: it is not recovered from here on. */
  trimmed(to: Position): void {
    this.#history?.tail.trimmed(to, this.#history.gate.position?.epoch);
  }

  /** Publications from the bus. Those without history pass as they arrive, the others through the order gate. */
  receive(epoch: string, publications: readonly Publication[]): void {
    // Without an epoch they are in no log, which would define their order.
    if (this.#history === undefined || epoch === '') this.#settings.emit(this, publications);
    else this.#history.gate.receive(epoch, publications);
  }

  /** Compares the subscribers' position with the log. Never rejects. */
  async checkPosition(): Promise<void> {
    await this.#history?.gate.checkPosition();
  }

  /** To be called periodically: drops an idle recovery tail, and retries a failed fill of a gap. */
  sweep(idleSince: number): void {
    this.#history?.tail.dropIfIdle(idleSince);
    this.#history?.gate.fillGap();
  }

  #createHistory(log: Log): History {
    const { emit, reset } = this.#settings;
    const tail = new RecoveryTail(this.name, log, this.#settings);
    const gate = new OrderGate({
      channel: this.name,
      log,
      tail,
      emit: (publications) => emit(this, publications),
      reset: () => reset(this),
    });
    return { gate, tail };
  }

  /** The offset after which the client recovers; undefined if recovery fails. */
  #startOf(from: RecoveryStart): number | undefined {
    const { offset } = this.position;
    if (from === 'latest') return Math.max(0, offset - 1);
    // In a map, the newest publication alone does not cover the other entries.
    const wantsAll = this.namespace.recovery === 'stream' || this.namespace.type !== 'stream';
    if (wantsAll) return this.#isSameEpoch(from) ? from.offset : undefined;
    // Only the newest, whatever the client's epoch. A client without an epoch may have been in another.
    if (from.offset === offset && from.epoch === this.#epoch) return offset;
    return offset > 0 ? offset - 1 : undefined;
  }

  #isBehind(from: RecoveryStart | undefined): from is Since {
    return from !== undefined && from !== 'latest' && this.#isSameEpoch(from) && from.offset > this.position.offset;
  }

  #isSameEpoch(since: Since): boolean {
    return since.epoch === '' || since.epoch === this.#epoch;
  }

  get #epoch(): string | undefined {
    return this.#history?.gate.position?.epoch;
  }

  /** Reads what a client at `offset` has seen but this node has not, or what it has missed. */
  async #catchUp({ gate, tail }: History, offset: number): Promise<void> {
    await gate.catchUp(offset);
    if (offset < this.position.offset) await tail.load(gate, offset);
    else tail.begin();
  }
}
