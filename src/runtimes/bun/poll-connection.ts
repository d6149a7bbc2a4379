import type { App } from '../../app/compose.ts';
import { DISCONNECTS, type DisconnectName } from '../../core/disconnects.ts';
import type { Connection } from '../../core/protocol/connection.ts';
import type { Frame } from '../../core/protocol/protocol.ts';
import type { Streams } from './streams.ts';

type Poll = InstanceType<App['plain']['Poll']>;

/** A waiting request, as a connection of the core. */
export class PollConnection implements Connection {
  readonly #streams: Streams;
  readonly #poll: Poll;

  constructor(streams: Streams, poll: Poll) {
    this.#streams = streams;
    this.#poll = poll;
  }

  send(frame: Frame): void {
    this.#poll.take(frame);
  }

  backlog(): number {
    return this.#poll.backlog;
  }

  join(topic: string): void {
    this.#streams.join(topic, this);
  }

  leave(topic: string): void {
    this.#streams.leave(topic, this);
  }

  close(code: number): void {
    this.#poll.ended(nameOf(code));
  }
}

function nameOf(code: number): DisconnectName {
  const found = Object.entries(DISCONNECTS).find(([, disconnect]) => disconnect.code === code);
  return (found?.[0] ?? 'internal') as DisconnectName;
}
