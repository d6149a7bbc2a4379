import type { Protocol } from '../../core/protocol.ts';
import { decodeLine } from './decode.ts';
import { encodePush, encodeReply } from './encode.ts';

/**
 * The Centrifuge client protocol, JSON over WebSocket: one object a line, several lines a frame.
 * https://github.com/centrifugal/protocol (definitions/client.proto)
 */
export const centrifugeJson: Protocol = {
  name: 'cj',
  ping: '{}',
  decode: (frame) =>
    frame.includes('\n')
      ? frame
          .split('\n')
          .filter((line) => line !== '')
          .map(decodeLine)
      : [decodeLine(frame)],
  encodeReply,
  encodePush,
  join: (frames) => frames.join('\n'),
};
