import type { Publication } from '../ports/log.ts';
import type { Frame, Protocol } from './protocol.ts';
import type { Push } from './pushes.ts';

/** Bytes of one fan-out frame: small publications of a burst travel together up to here. */
const FRAME_BYTES = 32 * 1024;

export type PublicationPush = Extract<Push, { kind: 'publication' }>;

/** Publications of one channel that leave together: what several topics take as the same frame is encoded once. */
export class Burst {
  readonly #encoded = new Map<string, Map<Publication, Frame>>();

  /** The push as a frame. Differences are not kept: each is of one feed alone. */
  encode(protocol: Protocol, push: PublicationPush): Frame {
    if (push.delta !== undefined) return protocol.encodePush(push);
    const key = `${protocol.name}/${push.number ?? ''}`;
    const frames = this.#encoded.get(key) ?? new Map<Publication, Frame>();
    this.#encoded.set(key, frames);
    const frame = frames.get(push.publication) ?? protocol.encodePush(push);
    frames.set(push.publication, frame);
    return frame;
  }
}

/** As few frames as the protocol and `FRAME_BYTES` allow. */
export function joined(protocol: Protocol, encoded: readonly Frame[]): readonly Frame[] {
  if (protocol.join === undefined || encoded.length < 2) return encoded;
  const frames: Frame[] = [];
  let together: Frame[] = [];
  let bytes = 0;
  for (const frame of encoded) {
    if (bytes > 0 && bytes + frame.length > FRAME_BYTES) {
      frames.push(protocol.join(together));
      together = [];
      bytes = 0;
    }
    together.push(frame);
    bytes += frame.length;
  }
  frames.push(protocol.join(together));
  return frames;
}
