import type { Publication } from '../../ports/log.ts';
import type { Frame, Frames, Protocol } from '../protocol/protocol.ts';
import type { Push } from '../protocol/pushes.ts';

/** Maximum bytes of a fan-out frame: small publications of a burst are sent together. */
const FRAME_BYTES = 32 * 1024;

export type PublicationPush = Extract<Push, { kind: 'publication' }>;

type Encoded = { readonly base: Publication | undefined; readonly frames: Frames };

/** Publications of one channel that are sent together: frames shared by several topics are encoded once. */
export class Burst {
  readonly #encoded = new Map<string, Map<Publication, Encoded[]>>();

  /** The protocol's encoding of the push. */
  encode(protocol: Protocol, push: PublicationPush): Frames {
    const { publication, number, delta } = push;
    const form = `${protocol.name}/${number ?? ''}/${delta === undefined ? '' : 'd'}`;
    const all = this.#encoded.get(form) ?? new Map<Publication, Encoded[]>();
    this.#encoded.set(form, all);
    const encoded = all.get(publication) ?? [];
    all.set(publication, encoded);
    // Feeds with different filters mostly have the same base, and few different ones.
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
