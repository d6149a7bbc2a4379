import type { Command } from './commands.ts';
import type { Push, Reply } from './pushes.ts';

/** What goes over the wire in one piece. */
export type Frame = string | Uint8Array;

/**
 * A client protocol: it translates, and decides nothing. One object may serve all connections; where the translation
 * depends on what a connection has said before, each has one of its own, with the same name and the same pushes.
 */
export interface Protocol {
  /** One or two letters; part of the fan-out topics, so unique among protocols. */
  readonly name: string;
  readonly ping: Frame;
  /**
   * What its clients can't do, if anything. `listen`: they never answer, so no pong is waited for. `poll`: they come
   * again for every answer, so nobody is told that they come and go, and their channels are kept at hand for a while.
   */
  readonly clients?: 'listen' | 'poll';
  /** Bytes that it writes with each publication besides the publication itself, where that is not next to nothing. */
  readonly aroundPublication?: number;
  /** Commands of a frame in order, at least one. Throws `DisconnectError('badRequest')` for what is not of the protocol. */
  decode(frame: Frame): readonly Command[];
  encodeReply(id: number, reply: Reply): Frame;
  encodePush(push: Push): Frame;
  /** Several encoded replies and pushes as one frame; absent where each must go alone. */
  join?(frames: readonly Frame[]): Frame;
}
