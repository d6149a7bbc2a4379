import type { Command } from './commands.ts';
import type { Push, Reply } from './pushes.ts';

/** What goes over the wire in one piece. */
export type Frame = string | Uint8Array;

/** A list where a protocol says something in several frames, one right behind the other, or not at all. */
export type Frames = Frame | readonly Frame[];

/**
 * A client protocol: it translates, and decides nothing. One object may serve all connections; where the translation
 * depends on what a connection has said before, each has one of its own, with the same name and the same pushes.
 */
export interface Protocol {
  /** One or two letters; part of the fan-out topics, so unique among protocols. */
  readonly name: string;
  /** Absent where what carries the protocol looks itself whether the client is still there. */
  readonly ping?: Frame;
  /** Commands of a frame in order, at least one. Throws `DisconnectError('badRequest')` for what is not of the protocol. */
  decode(frame: Frame): readonly Command[];
  encodeReply(id: number, reply: Reply): Frames;
  encodePush(push: Push): Frames;
  /** Several encoded replies and pushes as one frame; absent where each must go alone. */
  join?(frames: readonly Frame[]): Frame;
}

/** One after the other, whichever way a protocol gave them. */
export function listOf(frames: Frames): readonly Frame[] {
  return typeof frames === 'string' || frames instanceof Uint8Array ? [frames] : frames;
}
