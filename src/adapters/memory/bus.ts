import type { Bus, BusListener } from '../../ports/bus.ts';

/** The bus of a single node: it receives its own messages, at once and in order. */
export class MemoryBus<Message> implements Bus<Message> {
  readonly #subjects = new Set<string>();
  #listener: BusListener<Message> = () => undefined;

  publish(subject: string, message: Message): void {
    if (this.#subjects.has(subject)) this.#listener(subject, message);
  }

  subscribe(subject: string): void {
    this.#subjects.add(subject);
  }

  unsubscribe(subject: string): void {
    this.#subjects.delete(subject);
  }

  listen(listener: BusListener<Message>): void {
    this.#listener = listener;
  }

  async close(): Promise<void> {
    this.#subjects.clear();
  }
}
