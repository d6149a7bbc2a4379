import type { DisconnectName } from '../disconnects.ts';
import type { Command } from './commands.ts';
import type { Push, Reply } from './pushes.ts';

/** What goes over the wire in one piece. */
export type Frame = string | Uint8Array;

/**
 * What a protocol says: a list where it takes several frames, one right behind the other; undefined, or an empty list,
 * where it has no words for it.
 */
export type Frames = Frame | readonly Frame[] | undefined;

/**
 * A client protocol: it translates, and decides nothing. One object may serve all connections; where the translation
 * depends on what a connection has said before, each has one of its own, with the same name and the same pushes.
 */
export interface Protocol {
  /** One or two letters; part of the fan-out topics, so unique among protocols. */
  readonly name: string;
  /** How it writes; JSON when absent. */
  readonly format?: 'protobuf';
  /** Absent where what carries the protocol looks itself whether the client is still there. */
  readonly ping?: Frame | undefined;
  /**
   * Where clients need not answer anything that the server says: how long one may give no sign of life, whatever kind of
   * frame. Its line is pinged (`Connection.ping`) as often as other clients are.
   */
  readonly silentMs?: number;
  /**
   * What its clients can't do, if anything. `listen`: they never answer, so no pong is waited for. `poll`: they come
   * again for every answer, so nobody is told that they come and go, and their channels are kept at hand for a while.
   */
  readonly clients?: 'listen' | 'poll';
  /** Bytes that it writes with each publication besides the publication itself, where that is not next to nothing. */
  readonly aroundPublication?: number;
  /** Commands of a frame in order, at least one. Throws `DisconnectError('badRequest')` for what is not of the protocol. */
  decode(frame: Frame): readonly Command[];
  encodeReply(id: number, reply: Reply): Frames;
  encodePush(push: Push): Frames;
  /** Several encoded replies and pushes as one frame; absent where each must go alone. */
  join?(frames: readonly Frame[]): Frame;
  /** Why a connection is closed, in the protocol's own numbers; absent where they are those of `DISCONNECTS`. */
  closing?(kind: DisconnectName): { readonly code: number; readonly reason: string };
  /** Present where a client whose new token is refused with an error stays away for good: it is closed instead, and comes back. */
  readonly givesUpOnOldToken?: true;
  /** Called when a client is behind and will not be given every publication; where it makes a difference. */
  skips?(): void;
  /** Present where clients that want to hear who joins and leaves say so as they subscribe. */
  readonly asksForJoinLeave?: true;
  /** Present where a client is not told of its own coming and going. */
  readonly tellsOthersOnly?: true;
}

/** One after the other, whichever way a protocol gave them. */
export function listOf(frames: Frames): readonly Frame[] {
  if (frames === undefined) return [];
  return typeof frames === 'string' || frames instanceof Uint8Array ? [frames] : frames;
}
