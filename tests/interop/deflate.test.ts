import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { fileURLToPath } from 'node:url';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { PerMessageDeflateOptions, WebSocket } from 'ws';
import { COMPRESSED, clientFrame, TEXT } from '../../src/wire-clients/frames.ts';
import { openRawSocket, type RawSocket } from '../../src/wire-clients/raw-socket.ts';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { until } from './until.ts';

const KIB = 1_024;
const MIB = 1_024 * KIB;
const MAX_FRAME_BYTES = 64 * KIB;
const LONG = JSON.stringify({ rows: Array.from({ length: 200 }, (_, id) => ({ id, name: `user ${id}` })) });
/** One subscriber of a channel can receive compressed frames; from two on they cannot. */
const FANOUT_BYTES = LONG.length * 1.5;
/** Bun replaces `ws` imported by name with its own implementation, which is not under test here. */
const REAL_WS = fileURLToPath(new URL('../../node_modules/ws/lib/websocket.js', import.meta.url));
const OFFERS: readonly [string, PerMessageDeflateOptions | boolean, boolean][] = [
  ['nothing', false, false],
  ['the usual', true, true],
  ['no context takeover', { serverNoContextTakeover: true, clientNoContextTakeover: true }, true],
  ['a small window of its own', { clientMaxWindowBits: 9 }, true],
  ['a full window of the server', { serverMaxWindowBits: 15 }, true],
  // Bun has only a full-window compressor: it sends uncompressed.
  ['a small window of the server', { serverMaxWindowBits: 10 }, false],
];

let server: BanyanProcess;
let Client: typeof WebSocket;
beforeAll(async () => {
  ({ default: Client } = (await import(REAL_WS)) as { readonly default: typeof WebSocket });
  server = await startBanyan({
    BANYAN_CLIENT_INSECURE: 'true',
    BANYAN_COMPRESS_FROM_BYTES: '512',
    BANYAN_COMPRESS_FANOUT_BYTES: String(Math.round(FANOUT_BYTES)),
    BANYAN_MAX_FRAME_BYTES: String(MAX_FRAME_BYTES),
  });
});
afterAll(() => server.stop());

const rawLines: RawLine[] = [];
const CONNECT = '{"id":1,"connect":{}}';
const subscribe = (channel: string) => `{"id":2,"subscribe":{"channel":"${channel}"}}`;
const publish = (channel: string, data: string) => `{"id":3,"publish":{"channel":"${channel}","data":${data}}}`;

/** What the official package decodes, whatever it offers. */
async function open(offer: PerMessageDeflateOptions | boolean): Promise<{ socket: WebSocket; said: string[] }> {
  const perMessageDeflate = typeof offer === 'object' ? { threshold: 0, ...offer } : offer;
  const socket = new Client(server.socketUrl, { perMessageDeflate });
  const said: string[] = [];
  socket.on('message', (data) => said.push(...String(data).split('\n')));
  await new Promise((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('error', reject);
  });
  return { socket, said };
}

type Heard = { readonly isCompressed: boolean; readonly opcode: number; readonly payload: Buffer };

/** A client that records each frame as received. */
class RawLine {
  readonly heard: readonly Heard[];
  readonly closed: Promise<void>;
  readonly #socket: RawSocket;

  private constructor({ socket }: ReturnType<typeof openRawSocket>, heard: Heard[]) {
    this.#socket = socket;
    this.heard = heard;
    this.closed = socket.closed;
    rawLines.push(this);
  }

  /** Connected and subscribed to the channel. */
  static async in(channel: string, extension = 'permessage-deflate'): Promise<RawLine> {
    const heard: Heard[] = [];
    const opening = openRawSocket(server.socketUrl, {
      headers: extension === '' ? [] : [`Sec-WebSocket-Extensions: ${extension}`],
      onFrame: (buffer, start, end, opcode) => {
        const payload = buffer.subarray(start, end);
        heard.push({ isCompressed: (opcode & COMPRESSED) !== 0, opcode: opcode & ~COMPRESSED, payload });
      },
    });
    const line = new RawLine(opening, heard);
    await opening.opened;
    line.say(clientFrame(`${CONNECT}\n${subscribe(channel)}`));
    await until(() => line.text().includes('"id":2'));
    return line;
  }

  say(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  text(): string {
    return this.heard
      .map(({ isCompressed, payload }) => String(isCompressed ? inflateRawSync(payload, { finishFlush: 2 }) : payload))
      .join('\n');
  }

  /** The frame that contains this text. */
  frameWith(text: string): Heard | undefined {
    return this.heard.find((each) =>
      String(each.isCompressed ? inflateRawSync(each.payload, { finishFlush: 2 }) : each.payload).includes(text),
    );
  }

  end(): void {
    this.#socket.cut();
  }
}

/** A client's compressed message, in one frame. */
function compressed(data: Uint8Array, change: (deflated: Buffer) => Buffer = (same) => same): Buffer {
  const deflated = deflateRawSync(data, { finishFlush: 2 });
  return clientFrame(change(deflated.subarray(0, -4)), { opcode: TEXT, reservedBits: COMPRESSED });
}

describe('WS1 permessage-deflate', () => {
  for (const [index, [what, offer, isTaken]] of OFFERS.entries()) {
    test(`a client that offers ${what} receives and sends long and short messages`, async () => {
      const channel = `demo:offer-${index}`;
      const { socket, said } = await open(offer);
      expect(socket.extensions !== '').toBe(isTaken);
      for (const command of [CONNECT, subscribe(channel), publish(channel, LONG), publish(channel, '"short"')]) {
        socket.send(command);
      }
      await until(() => said.some((line) => line.includes('"short"')));
      const pushed = said.find((line) => line.includes('user 199')) ?? 'null';
      expect(JSON.parse(pushed).push.pub.data).toEqual(JSON.parse(LONG));
      socket.close();
    });
  }

  test('compresses long frames, but not short ones or those for many subscribers', async () => {
    const line = await RawLine.in('demo:floor');
    line.say(clientFrame(`${publish('demo:floor', LONG)}`));
    await until(() => line.text().includes('user 199'));
    line.say(clientFrame(`${publish('demo:floor', '"short"')}`));
    await until(() => line.text().includes('short'));
    expect(line.frameWith('user 199')?.isCompressed).toBe(true);
    expect(line.frameWith('user 199')?.payload.length).toBeLessThan(LONG.length / 4);
    expect(line.frameWith('"short"')?.isCompressed).toBe(false);
    line.say(clientFrame('{"id":9,"history":{"channel":"demo:floor","limit":5}}'));
    await until(() => line.text().includes('"id":9'));
    expect(line.frameWith('"id":9')?.isCompressed).toBe(true);

    const [one, other] = [await RawLine.in('demo:many'), await RawLine.in('demo:many')];
    one.say(clientFrame(publish('demo:many', LONG)));
    await until(() => one.text().includes('user 199') && other.text().includes('user 199'));
    expect([one, other].map((each) => each.frameWith('user 199')?.isCompressed)).toEqual([false, false]);
  });

  test('does not compress for a client that did not offer it', async () => {
    const line = await RawLine.in('demo:plain', '');
    line.say(clientFrame(publish('demo:plain', LONG)));
    await until(() => line.text().includes('user 199'));
    expect(line.heard.some(({ isCompressed }) => isCompressed)).toBe(false);
  });

  test('WS2 SE6 the inflated size is bounded, and invalid compressed data closes only its own connection', async () => {
    const other = await RawLine.in('demo:other');
    const before = server.residentBytes();
    const wrong: readonly [string, Buffer, string?][] = [
      ['a bomb', compressed(Buffer.alloc(50 * MIB))],
      ['just too long', compressed(Buffer.alloc(MAX_FRAME_BYTES + 1, 0x20))],
      ['garbled', compressed(Buffer.from(CONNECT), (bytes) => Buffer.from(bytes.map((byte) => byte ^ 0xff)))],
      ['nothing but ones', clientFrame(Buffer.alloc(100, 0xff), { opcode: TEXT, reservedBits: COMPRESSED })],
      ['cut off', compressed(Buffer.from(LONG), (bytes) => bytes.subarray(0, 40))],
      ['not asked for', compressed(Buffer.from(CONNECT)), ''],
      ['in two parts, a bomb', bombInParts()],
    ];
    for (const [what, bytes, extension] of wrong) {
      const line = await RawLine.in('demo:wrong', extension);
      line.say(bytes);
      await line.closed;
      expect([what, line.heard.at(-1)?.opcode]).toEqual([what, 8]);
    }
    expect(server.residentBytes() - before).toBeLessThan(60 * MIB);
    other.say(compressed(Buffer.from(publish('demo:other', '"still here"'))));
    await until(() => other.text().includes('still here'));
  });
});

function bombInParts(): Buffer {
  const deflated = deflateRawSync(Buffer.alloc(50 * MIB), { finishFlush: 2 }).subarray(0, -4);
  const first = clientFrame(deflated.subarray(0, 20_000), { opcode: TEXT, reservedBits: COMPRESSED });
  const last = clientFrame(deflated.subarray(20_000), { opcode: 0 });
  // Not the final one.
  first.writeUInt8(first.readUInt8(0) & 0x7f, 0);
  return Buffer.concat([first, last]);
}

afterAll(() => {
  for (const line of rawLines) line.end();
});
