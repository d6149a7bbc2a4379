import { ImageError, type ImageProblem, type Images } from '../../ports/images.ts';

/** A 24-megapixel camera's picture; unpacked, 4 bytes per pixel. */
const MAX_PIXELS = 25_000_000;
const FORMATS = new Set(['png', 'jpeg', 'webp', 'gif']);
const PROBLEMS: Readonly<Record<string, ImageProblem>> = {
  ERR_IMAGE_UNKNOWN_FORMAT: 'format',
  ERR_IMAGE_FORMAT_UNSUPPORTED: 'format',
  ERR_IMAGE_TOO_MANY_PIXELS: 'pixels',
  ERR_IMAGE_DECODE_FAILED: 'damaged',
  ERR_IMAGE_ENCODE_FAILED: 'damaged',
};

/** Bun's image codecs, on its thread pool. */
export function createImages(): Images {
  return { thumbnail: (bytes, side) => shrink(bytes, side).catch(refuse) };
}

function refuse(error: unknown): never {
  const problem = PROBLEMS[(error as { code?: string }).code ?? ''];
  throw problem === undefined ? error : new ImageError(problem);
}

async function shrink(bytes: Uint8Array, side: number): Promise<Uint8Array> {
  const image = new Bun.Image(bytes, { maxPixels: MAX_PIXELS });
  const { width, height, format } = await image.metadata();
  if (!FORMATS.has(format)) throw new ImageError('format');
  const scale = Math.min(side / Math.min(width, height), (2 * side) / Math.max(width, height), 1);
  const scaled = (length: number) => Math.max(1, Math.round(length * scale));
  return image.resize(scaled(width), scaled(height)).webp({ quality: 82 }).bytes();
}
