import type { Frame } from '../../core/protocol/protocol.ts';

export type CompressionSettings = {
  /** Frames of so many bytes are compressed; 0: none. */
  readonly fromBytes: number;
  /** A frame's bytes times its subscribers, past which it goes out as it is. */
  readonly fanoutBytes: number;
};

/**
 * Which WebSocket frames are compressed for clients that offer it (RFC 7692). Bun compresses what is published to a topic
 * once for each subscriber, in the publisher's turn, so that large audiences get it as it is.
 */
export class Compression {
  readonly #fromBytes: number;
  readonly #fanoutBytes: number;

  constructor({ fromBytes, fanoutBytes }: CompressionSettings) {
    this.#fromBytes = fromBytes === 0 ? Number.POSITIVE_INFINITY : fromBytes;
    this.#fanoutBytes = fanoutBytes;
  }

  get isOn(): boolean {
    return this.#fromBytes < Number.POSITIVE_INFINITY;
  }

  /** For one client. */
  suits(frame: Frame): boolean {
    return frame.length >= this.#fromBytes;
  }

  /** For everyone in a topic; they are counted only where it matters. */
  suitsAll(frame: Frame, count: () => number): boolean {
    return this.suits(frame) && frame.length * count() <= this.#fanoutBytes;
  }
}

export const NO_COMPRESSION = new Compression({ fromBytes: 0, fanoutBytes: 0 });
