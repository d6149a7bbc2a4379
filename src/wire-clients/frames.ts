import type { Frame } from './codec.ts';

/** WebSocket on a plain byte stream (RFC 6455), for load and for tests of bad input. It reads no fragmented messages. */
export const TEXT = 0x1;
const BINARY = 0x2;
export const CLOSE = 0x8;
export const PING = 0x9;
export const PONG = 0xa;
/** In a server's opcode: the payload is compressed (RFC 7692). */
export const COMPRESSED = 0x40;

const FINAL = 0x80;
const MASKED = 0x80;
const encoder = new TextEncoder();

export type FrameOptions = {
  /** Text unless given; binary for bytes. */
  readonly opcode?: number;
  /** Reserved bits, for invalid or compressed frames. */
  readonly reservedBits?: number;
  /** False makes a frame that servers must refuse. */
  readonly masked?: boolean;
};

/** A complete client frame. Its mask is four zero bytes, so the payload stays readable and can be patched in place. */
export function clientFrame(payload: Frame, options: FrameOptions = {}): Buffer {
  const body = typeof payload === 'string' ? encoder.encode(payload) : payload;
  const { opcode = typeof payload === 'string' ? TEXT : BINARY, reservedBits = 0, masked = true } = options;
  const header = headerOf(body.length);
  const bodyAt = header.length + (masked ? 4 : 0);
  const frame = Buffer.alloc(bodyAt + body.length);
  frame.set(header);
  frame[0] = FINAL | reservedBits | opcode;
  frame[1] = (masked ? MASKED : 0) | (header[1] ?? 0);
  frame.set(body, bodyAt);
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

/** The request that opens a WebSocket (RFC 6455, 4.1). `headers` are complete lines. */
export function upgradeRequest(host: string, path: string, headers: readonly string[] = []): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Called for each complete frame; the payload is `buffer[start, end)`, valid only during the call. */
export type OnFrame = (buffer: Buffer, start: number, end: number, opcode: number) => void;

/** Splits a server's byte stream into frames by reading only the headers. */
export class FrameReader {
  #rest: Buffer | null = null;

  /** Handles the next bytes of the stream, `chunk[0, end)`, and calls `onFrame` for each frame they complete. */
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
