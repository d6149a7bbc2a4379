import type { Connection } from '../protocol/connection.ts';
import type { Frame, Frames, Protocol } from '../protocol/protocol.ts';
import { listOf } from '../protocol/protocol.ts';

/** Output to a client within one turn of the event loop: it is sent in as few frames as its protocol allows. */
export class OutputBuffer {
  /** Allocated for each turn with output. */
  #frames: Frame[] | undefined;
  #length = 0;

  /** Buffered characters. */
  get length(): number {
    return this.#frames === undefined ? 0 : this.#length;
  }

  /** Returns whether it was empty before, and is not now. */
  add(frames: Frames): boolean {
    const wasEmpty = this.#frames === undefined;
    for (const frame of listOf(frames)) {
      if (this.#frames === undefined) {
        this.#frames = [frame];
        this.#length = frame.length;
      } else {
        this.#frames.push(frame);
        this.#length += frame.length;
      }
    }
    return wasEmpty && this.#frames !== undefined;
  }

  /** Returns whether there was something to write. */
  writeTo(connection: Connection, protocol: Protocol): boolean {
    const frames = this.#frames;
    if (frames === undefined) return false;
    this.#frames = undefined;
    if (frames.length > 1 && protocol.join !== undefined) connection.send(protocol.join(frames));
    else for (const frame of frames) connection.send(frame);
    return true;
  }

  clear(): void {
    this.#frames = undefined;
  }
}
