import type { Command } from '../protocol/commands.ts';

/** Commands that are answered. */
export type Request = Exclude<Command, { kind: 'pong' | 'connect' | 'send' | 'ping' }>;

/**
 * What a command does in its channel. `change`: to what the client is subscribed to, and how; `write`: to what is published
 * there; `read`: nothing.
 */
type Effect = 'change' | 'write' | 'read';

/** Does a command and answers it, and then ends its turn. */
type Job = (turn: Turn) => void;
type Waiting = { readonly effect: Effect; readonly job: Job };
type Lane = Record<Effect, number> & { waiting: Waiting[] | undefined };

/** One command's time in a channel. */
export interface Turn {
  /** A write is on its way to the log: what the client sent after it may begin. */
  accepted(): void;
  /** The command is done and answered. To be called once. */
  ended(): void;
}

/**
 * Has the commands of one connection for one channel take effect in the order in which they were sent, however long
 * permissions, the developer's backend or the disk take. Channels do not wait for each other.
 */
export class ChannelTurns {
  /** Only channels in which something is under way; the numbers are of what is under way. */
  readonly #lanes = new Map<string, Lane>();

  /** Runs the job when it is its turn, which may be now. Until `accepted` is called, a write counts as a change. */
  run(channel: string, effect: Effect, job: Job): void {
    const lane = this.#laneOf(channel);
    if (lane.waiting === undefined && mayBegin(lane, effect)) return this.#begin(channel, lane, { effect, job });
    lane.waiting ??= [];
    lane.waiting.push({ effect, job });
  }

  /** Runs at once whatever waits: the connection is gone, and each job finds that there is nothing left to do. */
  release(): void {
    const waiting = [...this.#lanes].flatMap(([, lane]) => lane.waiting ?? []);
    // What is under way ends later, and must find nothing more to begin.
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
    job(new LaneTurn(lane, effect, () => this.#goOn(channel, lane)));
  }

  /** Begins what may begin now, in order. A channel in which nothing is under way any more is forgotten. */
  #goOn(channel: string, lane: Lane): void {
    const { waiting } = lane;
    // One that begins may be accepted at once, and so get here again; it is not in the list any more.
    for (let next = waiting?.[0]; next !== undefined && mayBegin(lane, next.effect); next = waiting?.[0]) {
      waiting?.shift();
      this.#begin(channel, lane, next);
    }
    if (waiting?.length === 0) lane.waiting = undefined;
    const isOver = lane.change + lane.write + lane.read === 0 && lane.waiting === undefined;
    if (isOver && this.#lanes.get(channel) === lane) this.#lanes.delete(channel);
  }
}

/** Of a connection that is gone: nothing waits behind it. */
const UNBOUND: Turn = { accepted: () => undefined, ended: () => undefined };

class LaneTurn implements Turn {
  readonly #lane: Lane;
  readonly #effect: Effect;
  readonly #goOn: () => void;
  #counted: Effect;

  constructor(lane: Lane, effect: Effect, goOn: () => void) {
    this.#lane = lane;
    this.#effect = effect;
    this.#goOn = goOn;
    this.#counted = effect === 'read' ? 'read' : 'change';
    lane[this.#counted] += 1;
  }

  accepted(): void {
    if (this.#effect !== 'write' || this.#counted === 'write') return;
    this.#lane.change -= 1;
    this.#lane.write += 1;
    this.#counted = 'write';
    this.#goOn();
  }

  ended(): void {
    this.#lane[this.#counted] -= 1;
    this.#goOn();
  }
}

/** Whether all is done that one with this effect must find done. Asked for each publication. */
function mayBegin({ change, write, read }: Lane, effect: Effect): boolean {
  switch (effect) {
    case 'change':
      // What was asked for before may depend on it.
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

/** Undefined for a command that is about no channel. */
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
