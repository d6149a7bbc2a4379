import { describe, expect, test } from 'bun:test';
import { crc32, deflateSync } from 'node:zlib';
import { ImageError } from '../../ports/images.ts';
import { createImages } from './images.ts';

const images = createImages();

/** A PNG chunk: length, type, data, checksum. */
function chunk(type: string, data: Uint8Array) {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}

const PNG_START = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** A black RGB picture; its header can state another size than its pixels have. */
function png(width: number, height: number, extra = Buffer.alloc(0), pixels = width * height * 3 + height) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  const body = chunk('IDAT', deflateSync(Buffer.alloc(pixels)));
  return Buffer.concat([PNG_START, chunk('IHDR', header), extra, body, chunk('IEND', Buffer.alloc(0))]);
}

const size = async (bytes: Uint8Array) => {
  const { width, height, format } = await new Bun.Image(bytes).metadata();
  return `${width}x${height} ${format}`;
};
const shrunk = async (bytes: Uint8Array) => size(await images.thumbnail(bytes, 256));

async function problem(bytes: Uint8Array): Promise<string> {
  const thrown = await images.thumbnail(bytes, 256).catch((error) => error);
  return thrown instanceof ImageError ? thrown.problem : `no ImageError: ${String(thrown)}`;
}

describe('thumbnails', () => {
  test('every accepted kind becomes WebP with the requested shorter side', async () => {
    const picture = png(800, 600);
    expect(await shrunk(picture)).toBe('341x256 webp');
    expect(await shrunk(await new Bun.Image(picture).jpeg().bytes())).toBe('341x256 webp');
    expect(await shrunk(await new Bun.Image(picture).webp().bytes())).toBe('341x256 webp');
    expect(await shrunk(Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64'))).toBe(
      '1x1 webp',
    );
  });

  test('small pictures are not enlarged, long ones are bounded, thin ones keep a pixel', async () => {
    expect(await shrunk(png(100, 60))).toBe('100x60 webp');
    expect(await shrunk(png(5000, 500))).toBe('512x51 webp');
    expect(await shrunk(png(20_000, 2))).toBe('512x1 webp');
  });

  test('camera metadata is removed', async () => {
    const jpeg = Buffer.from(await new Bun.Image(png(300, 300)).jpeg().bytes());
    const exif = Buffer.from('Exif\0\0 taken at N 22.3 E 114.2', 'latin1');
    const marker = Buffer.from([0xff, 0xe1, 0, exif.length + 2]);
    const tagged = Buffer.concat([jpeg.subarray(0, 2), marker, exif, jpeg.subarray(2)]);
    expect(Buffer.from(await images.thumbnail(tagged, 256)).includes('taken at')).toBe(false);
  });

  test('a file that is not a picture is refused by its content', async () => {
    for (const text of [
      '',
      'GIF',
      '<svg xmlns="http://www.w3.org/2000/svg"/>',
      '<!doctype html><script>1</script>',
      '%PDF',
    ]) {
      expect(await problem(Buffer.from(text))).toBe('format');
    }
    const disguised = Buffer.concat([PNG_START, Buffer.from('<script>alert(1)</script>')]);
    expect(['damaged', 'pixels']).toContain(await problem(disguised));
    expect(await problem(bmp())).toBe('format');
  });

  test('a truncated picture is refused', async () => {
    const noise = Buffer.concat([png(400, 400)]);
    expect(await problem(noise.subarray(0, noise.length - 60))).toBe('damaged');
    expect(await problem(noise.subarray(0, 20))).toBe('damaged');
  });

  test('decompression bombs are refused before they are unpacked', async () => {
    const before = process.memoryUsage().rss;
    expect(await problem(png(60_000, 60_000, Buffer.alloc(0), 100))).toBe('pixels');
    expect(await problem(png(5001, 5000, Buffer.alloc(0), 100))).toBe('pixels');
    const profile = Buffer.concat([Buffer.from('x\0\0', 'latin1'), deflateSync(Buffer.alloc(200_000_000))]);
    expect(await problem(png(10, 10, chunk('iCCP', profile)))).toBe('damaged');
    expect(process.memoryUsage().rss - before).toBeLessThan(500_000_000);
  });
});

/** A BMP of one pixel: decodable, but not a format browsers send. */
function bmp() {
  const bytes = Buffer.alloc(58);
  bytes.write('BM', 0, 'latin1');
  bytes.writeUInt32LE(58, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(1, 18);
  bytes.writeInt32LE(1, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  return bytes;
}
