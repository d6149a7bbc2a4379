/** Why an image was refused: unknown format, too many pixels to open safely, or damaged. */
export type ImageProblem = 'format' | 'pixels' | 'damaged';

/** Thrown by `Images.thumbnail` for bytes that are not a supported image. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  constructor(readonly problem: ImageProblem) {
    super(`image refused: ${problem}`);
  }
}

/**
 * Makes untrusted pictures safe. The format is detected by content, and the size in pixels is checked before anything
 * is unpacked. Does not block the event loop; may take 100 MB while it runs, so the caller runs one at a time.
 */
export interface Images {
  /**
   * Converts a PNG, JPEG, WebP or the first frame of a GIF to a new WebP, upright and without metadata. Its shorter
   * side has at most `side` pixels, its longer one at most twice as many. Rejects with `ImageError`.
   */
  thumbnail(bytes: Uint8Array, side: number): Promise<Uint8Array>;
}
