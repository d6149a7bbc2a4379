/** WebSocket frames (RFC 6455 section 5.2), as far as a load generator needs them: no fragmentation. */
export const TEXT = 0x1;
export const BINARY = 0x2;
export const PING = 0x9;
export const PONG = 0xa;
/** In a server's opcode: the payload is compressed (RFC 7692). */
export const COMPRESSED = 0x40;

/** What goes into a text frame, or into a binary one. */
export type Message = string | Uint8Array;

/** A whole client frame. Its mask is four zero bytes, so the payload stands in it as it is and can be patched. */
export function clientFrame(payload: Uint8Array, opcode: number = TEXT): Uint8Array {
  const header = headerOf(payload.length);
  const frame = new Uint8Array(header.length + 4 + payload.length);
  frame.set(header);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | (header[1] ?? 0);
  frame.set(payload, header.length + 4);
  return frame;
}

function headerOf(length: number): Uint8Array {
  if (length < 126) return Uint8Array.of(0, length);
  if (length < 65_536) return Uint8Array.of(0, 126, length >>> 8, length & 255);
  const header = new Uint8Array(10);
  header[1] = 127;
  new DataView(header.buffer).setUint32(6, length);
  return header;
}

/** Called for each whole frame; the payload is `buffer[start, end)`, valid only during the call. */
export type OnFrame = (buffer: Buffer, start: number, end: number, opcode: number) => void;

/** Cuts a server's byte stream into frames by hopping from header to header; payloads are not looked at. */
export class FrameReader {
  #rest: Buffer | null = null;

  /** Takes the next bytes of the stream, `chunk[0, end)`, and calls `onFrame` for each frame that they complete. */
  push(chunk: Buffer, end: number, onFrame: OnFrame): void {
    const rest = this.#rest;
    const buffer = rest === null ? chunk : Buffer.concat([rest, chunk.subarray(0, end)]);
    const size = rest === null ? end : buffer.length;
    this.#rest = null;
    let at = 0;
    while (at + 2 <= size) {
      let start = at + 2;
      let length = buffer[at + 1] ?? 0;
      if (length === 126) {
        if (at + 4 > size) break;
        length = ((buffer[at + 2] ?? 0) << 8) | (buffer[at + 3] ?? 0);
        start = at + 4;
      } else if (length === 127) {
        if (at + 10 > size) break;
        length = buffer.readUInt32BE(at + 6);
        start = at + 10;
      }
      if (start + length > size) break;
      onFrame(buffer, start, start + length, (buffer[at] ?? 0) & (0x0f | COMPRESSED));
      at = start + length;
    }
    if (at < size) this.#rest = Buffer.from(buffer.subarray(at, size));
  }
}
