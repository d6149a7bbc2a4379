import type { Command } from '../protocol/commands.ts';

/** Commands with a reply. */
export type Request = Exclude<Command, { kind: 'pong' | 'connect' | 'send' | 'ping' }>;

/** A command's effect in its channel. `change`: on the client's subscription; `write`: a publication; `read`: none. */
type Effect = 'change' | 'write' | 'read';

/** Runs a command and answers it, and then ends its turn. */
type Job = (turn: Turn) => void;
type Waiting = { readonly effect: Effect; readonly job: Job };
type Lane = Record<Effect, number> & { waiting: Waiting[] | undefined };

/** One command's time in a channel. */
export interface Turn {
  /** A write is on its way to the log: later commands of the client may start. */
  accepted(): void;
  /** The command is done and answered. To be called once. */
  ended(): void;
}

/**
 * Makes one connection's commands for a channel take effect in sending order, however long permissions, the developer's
 * backend or the disk take. Channels are independent.
 */
export class ChannelTurns {
  /** Only channels with running commands; the numbers count running commands. */
  readonly #lanes = new Map<string, Lane>();

  /** Runs the job when it is its turn, which may be now. Until `accepted` is called, a write counts as a change. */
  run(channel: string, effect: Effect, job: Job): void {
    const lane = this.#laneOf(channel);
    if (lane.waiting === undefined && mayBegin(lane, effect)) return this.#begin(channel, lane, { effect, job });
    lane.waiting ??= [];
    lane.waiting.push({ effect, job });
  }

  /** Runs all waiting jobs at once: the connection is closed, and each job finds nothing left to do. */
  release(): void {
    const waiting = [...this.#lanes].flatMap(([, lane]) => lane.waiting ?? []);
    // Running commands end later, and must find nothing more to start.
    for (const lane of this.#lanes.values()) lane.waiting = undefined;
    this.#lanes.clear();
    for (const { job } of waiting) job(UNBOUND);
  }

  #laneOf(channel: string): Lane {
    const known = this.#lanes.get(channel);
    if (known !== undefined) return known;
    const lane: Lane = { change: 0, write: 0, read: 0, waiting: undefined };
    this.#lanes.set(channel, lane);
    return lane;
  }

  #begin(channel: string, lane: Lane, { effect, job }: Waiting): void {
    job(new LaneTurn(lane, effect, () => this.#startNext(channel, lane)));
  }

  /** Starts what may start now, in order. A channel without running commands is removed. */
  #startNext(channel: string, lane: Lane): void {
    const { waiting } = lane;
    // A started job may be accepted at once, and so reenter here; it is not in the list any more.
    for (let next = waiting?.[0]; next !== undefined && mayBegin(lane, next.effect); next = waiting?.[0]) {
      waiting?.shift();
      this.#begin(channel, lane, next);
    }
    if (waiting?.length === 0) lane.waiting = undefined;
    const isOver = lane.change + lane.write + lane.read === 0 && lane.waiting === undefined;
    if (isOver && this.#lanes.get(channel) === lane) this.#lanes.delete(channel);
  }
}

/** For a closed connection: nothing waits behind it. */
const UNBOUND: Turn = { accepted: () => undefined, ended: () => undefined };

class LaneTurn implements Turn {
  readonly #lane: Lane;
  readonly #effect: Effect;
  readonly #startNext: () => void;
  #counted: Effect;

  constructor(lane: Lane, effect: Effect, goOn: () => void) {
    this.#lane = lane;
    this.#effect = effect;
    this.#startNext = goOn;
    this.#counted = effect === 'read' ? 'read' : 'change';
    lane[this.#counted] += 1;
  }

  accepted(): void {
    if (this.#effect !== 'write' || this.#counted === 'write') return;
    this.#lane.change -= 1;
    this.#lane.write += 1;
    this.#counted = 'write';
    this.#startNext();
  }

  ended(): void {
    this.#lane[this.#counted] -= 1;
    this.#startNext();
  }
}

/** Whether everything a command with this effect must wait for is done. Called for each publication. */
function mayBegin({ change, write, read }: Lane, effect: Effect): boolean {
  switch (effect) {
    case 'change':
      // Earlier commands may affect it.
      return change + write + read === 0;
    case 'write':
      // Publications keep their order in the log's own queue: they need not wait for each other's acks.
      return change === 0;
    case 'read':
      return change + write === 0;
    default:
      return effect satisfies never;
  }
}

/** Undefined for a command without a channel. */
export function effectOf({ kind }: Request): Effect | undefined {
  switch (kind) {
    case 'subscribe':
    case 'unsubscribe':
    case 'subRefresh':
    case 'track':
      return 'change';
    case 'publish':
      return 'write';
    case 'history':
    case 'presence':
    case 'presenceStats':
      return 'read';
    case 'rpc':
    case 'refresh':
    case 'signIn':
      return undefined;
    default:
      return kind satisfies never;
  }
}
