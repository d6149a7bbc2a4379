import type { Frame } from '../../core/protocol/protocol.ts';

export type CompressionSettings = {
  /** The minimum size of compressed frames; 0 turns compression off. */
  readonly fromBytes: number;
  /** A frame's bytes times its subscribers, above which it is sent uncompressed. */
  readonly fanoutBytes: number;
};

/**
 * Decides which WebSocket frames are compressed for clients that offer it (RFC 7692). Bun compresses a topic's frame
 * once per subscriber, in the publisher's turn, so frames for large audiences are sent uncompressed.
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

  /** For all subscribers of a topic; they are counted only if it matters. */
  suitsAll(frame: Frame, count: () => number): boolean {
    return this.suits(frame) && frame.length * count() <= this.#fanoutBytes;
  }
}

export const NO_COMPRESSION = new Compression({ fromBytes: 0, fanoutBytes: 0 });
