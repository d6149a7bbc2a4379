import { nodeCodec } from '../../src/core/bus/node-codec.ts';
import type { NodeMessage } from '../../src/core/bus/node-messages.ts';
import type { Bus, BusListener } from '../../src/ports/bus.ts';
import type { World } from './world.ts';

export type BusFaults = {
  readonly drops: number;
  readonly repeats: number;
  /** Longest delay between nodes, in milliseconds; messages overtake each other. */
  readonly latency: number;
  /** Whether a node receives its own messages at once, as with the memory bus. */
  readonly ownAtOnce: boolean;
};

export const SOUND_BUS: BusFaults = { drops: 0, repeats: 0, latency: 0, ownAtOnce: true };

/** Rights and sign-outs: the bus must not lose them, or they would not apply at once (PE3). */
const CONTROL = 'control';

/** The buses of all nodes, with connections that lose, repeat and reorder. */
export class FaultyBuses {
  readonly #world: World;
  readonly #nodes = new Set<NodeBus>();
  /** The delay of rights changes; equal for all, so that they keep their order. */
  readonly #controlDelay: number;
  #faults: BusFaults;
  #isDown = false;
  #hasLost = false;

  constructor(world: World, faults: BusFaults, isForMany: boolean) {
    this.#world = world;
    this.#faults = faults;
    this.#controlDelay = isForMany ? faults.latency : 0;
  }

  /** Whether any message never reached a node that should have received it. */
  get hasLost(): boolean {
    return this.#hasLost;
  }

  /** Nothing is delivered until `mend`. */
  breakDown(): void {
    this.#isDown = true;
  }

  mend(): void {
    this.#isDown = false;
  }

  /** From now on there are no faults. */
  heal(): void {
    this.#faults = { ...SOUND_BUS, ownAtOnce: this.#faults.ownAtOnce };
    this.mend();
  }

  /** `onControl` is called right before a node receives a change of rights. */
  join(onControl: (message: NodeMessage) => void): NodeBus {
    const bus = new NodeBus(this, onControl);
    this.#nodes.add(bus);
    return bus;
  }

  leave(bus: NodeBus): void {
    this.#nodes.delete(bus);
  }

  send(from: NodeBus, subject: string, message: NodeMessage): void {
    const bytes = nodeCodec.encode(message);
    // A killed node sends nothing.
    if (!this.#nodes.has(from)) {
      this.#hasLost = true;
      return;
    }
    for (const to of [...this.#nodes]) {
      if (subject === CONTROL) this.#control(to, bytes);
      else if (to === from && this.#faults.ownAtOnce) to.hear(subject, message);
      else this.#carry(to, subject, bytes);
    }
  }

  #control(to: NodeBus, bytes: Uint8Array): void {
    if (this.#controlDelay === 0) to.hear(CONTROL, decoded(bytes));
    else this.#world.after(this.#controlDelay, () => to.hear(CONTROL, decoded(bytes)));
  }

  #carry(to: NodeBus, subject: string, bytes: Uint8Array): void {
    const { random } = this.#world;
    const { drops, repeats, latency } = this.#faults;
    if (this.#isDown || random.chance(drops)) {
      this.#hasLost = true;
      return;
    }
    const copies = random.chance(repeats) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      this.#world.after(random.between(0, latency), () => to.hear(subject, decoded(bytes)));
    }
  }
}

/** The message as decoded by the other node. */
function decoded(bytes: Uint8Array): NodeMessage {
  const message = nodeCodec.decode(bytes);
  if (message === undefined) throw new Error('a node could not read what another one of its version wrote');
  return message;
}

export class NodeBus implements Bus<NodeMessage> {
  readonly #all: FaultyBuses;
  readonly #onControl: (message: NodeMessage) => void;
  readonly #subjects = new Set<string>();
  #listener: BusListener<NodeMessage> = () => undefined;

  constructor(all: FaultyBuses, onControl: (message: NodeMessage) => void) {
    this.#all = all;
    this.#onControl = onControl;
  }

  publish(subject: string, message: NodeMessage): void {
    this.#all.send(this, subject, message);
  }

  subscribe(subject: string): void {
    this.#subjects.add(subject);
  }

  unsubscribe(subject: string): void {
    this.#subjects.delete(subject);
  }

  listen(listener: BusListener<NodeMessage>): void {
    this.#listener = listener;
  }

  hear(subject: string, message: NodeMessage): void {
    if (!this.#subjects.has(subject)) return;
    if (subject === CONTROL) this.#onControl(message);
    this.#listener(subject, message);
  }

  async close(): Promise<void> {
    this.#all.leave(this);
    this.#subjects.clear();
  }
}
