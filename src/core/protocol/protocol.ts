import type { DisconnectName } from '../disconnects.ts';
import type { Command } from './commands.ts';
import type { Push, Reply } from './pushes.ts';

/** A unit of output on the wire. */
export type Frame = string | Uint8Array;

/**
 * A protocol's encoding: a list if it needs several frames in succession; undefined, or an empty list, if it cannot
 * express the message.
 */
export type Frames = Frame | readonly Frame[] | undefined;

/**
 * A client protocol: it only translates. One object may serve all connections; if the translation depends on earlier
 * messages of a connection, each has its own object, with the same name and the same pushes.
 */
export interface Protocol {
  /** One or two letters; part of the fan-out topics, so unique among protocols. */
  readonly name: string;
  /** Its encoding; JSON if absent. */
  readonly format?: 'protobuf';
  /** Absent if the transport itself checks whether the client is alive. */
  readonly ping?: Frame | undefined;
  /**
   * For protocols whose clients need not answer anything: how long a client may be silent, at any frame level. It is
   * pinged (`Connection.ping`) as often as other clients are.
   */
  readonly silentMs?: number;
  /**
   * What its clients cannot do, if anything. `listen`: they never answer, so no pong is expected. `poll`: they return
   * for every response, so joins and leaves are not announced, and their channels are kept for a while.
   */
  readonly clients?: 'listen' | 'poll';
  /** Bytes added to each publication, if significant. */
  readonly aroundPublication?: number;
  /**
   * Decodes the commands of a frame in order, at least one. Throws `DisconnectError('badRequest')` for invalid input.
   */
  decode(frame: Frame): readonly Command[];
  encodeReply(id: number, reply: Reply): Frames;
  encodePush(push: Push): Frames;
  /** Joins encoded replies and pushes into one frame; absent if each is sent alone. */
  join?(frames: readonly Frame[]): Frame;
  /** The protocol's own disconnect codes; absent if they are those of `DISCONNECTS`. */
  closing?(kind: DisconnectName): { readonly code: number; readonly reason: string };
  /** Present if a client whose new token gets an error reply never returns: it is closed instead, and reconnects. */
  readonly givesUpOnOldToken?: true;
  /** Called when a client is behind and will not get every publication; if the protocol depends on it. */
  skips?(): void;
  /** Present if clients request joins and leaves as they subscribe. */
  readonly requestsJoinLeave?: true;
  /** Present if a client does not get its own joins and leaves. */
  readonly excludesOwnJoinLeave?: true;
}

/** The frames in order, in either form. */
export function listOf(frames: Frames): readonly Frame[] {
  if (frames === undefined) return [];
  return typeof frames === 'string' || frames instanceof Uint8Array ? [frames] : frames;
}
