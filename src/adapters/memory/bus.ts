import type { Bus, BusListener, BusMessage } from '../../ports/bus.ts';

/** The bus of a node that is alone: what it says, it hears, at once and in order. */
export class MemoryBus implements Bus {
  readonly #subjects = new Set<string>();
  #listener: BusListener = () => undefined;

  publish(subject: string, message: BusMessage): void {
    if (this.#subjects.has(subject)) this.#listener(subject, message);
  }

  subscribe(subject: string): void {
    this.#subjects.add(subject);
  }

  unsubscribe(subject: string): void {
    this.#subjects.delete(subject);
  }

  listen(listener: BusListener): void {
    this.#listener = listener;
  }

  async close(): Promise<void> {
    this.#subjects.clear();
  }
}
