import type { Publication } from '../../ports/log.ts';
import type { Frame, Frames, Protocol } from '../protocol/protocol.ts';
import type { Push } from '../protocol/pushes.ts';

/** Bytes of one fan-out frame: small publications of a burst travel together up to here. */
const FRAME_BYTES = 32 * 1024;

export type PublicationPush = Extract<Push, { kind: 'publication' }>;

type Encoded = { readonly base: Publication | undefined; readonly frames: Frames };

/** Publications of one channel that leave together: what several topics take as the same frame is encoded once. */
export class Burst {
  readonly #encoded = new Map<string, Map<Publication, Encoded[]>>();

  /** What the protocol says for the push. */
  encode(protocol: Protocol, push: PublicationPush): Frames {
    const { publication, number, delta } = push;
    const form = `${protocol.name}/${number ?? ''}/${delta === undefined ? '' : 'd'}`;
    const all = this.#encoded.get(form) ?? new Map<Publication, Encoded[]>();
    this.#encoded.set(form, all);
    const encoded = all.get(publication) ?? [];
    all.set(publication, encoded);
    // Feeds with different filters have mostly the same base, and at most a few.
    const known = encoded.find(({ base }) => base === delta?.base);
    if (known !== undefined) return known.frames;
    const frames = protocol.encodePush(push);
    encoded.push({ base: delta?.base, frames });
    return frames;
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
