import type { Blobs } from '../../ports/blobs.ts';
import type { Clock } from '../../ports/clock.ts';
import { ImageError, type ImageProblem, type Images } from '../../ports/images.ts';
import type { Principal } from '../access/principal.ts';
import { ClientError } from '../errors.ts';
import { Turns } from '../jobs/turns.ts';
import { AttemptLimiter } from '../limits/attempt-limits.ts';
import { Slots } from '../limits/slots.ts';
import { randomText } from '../text/random-text.ts';

const FILES = '/files/avatars/';
const NAME = /^[a-z2-9]{20}\.webp$/;
const MAX_BYTES = 5 * 1024 * 1024;
/** Screens show avatars at up to 128 CSS pixels, at double density. */
const SIDE = 256;
/** Opening a picture may take 100 MB. */
const OPENED = { running: 1, waiting: 8 };
/** The timeout, enough for 5 MB at 350 kbit/s. */
const DEADLINE_MS = 120_000;
const PER_USER = { attempts: 30, windowMs: 60 * 60_000 };

/** Arguments of `receive`. */
export const AVATAR_TYPES = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'] as const;

const REASONS: Readonly<Record<ImageProblem, string>> = {
  format: 'must be a PNG, JPEG, WebP or GIF picture',
  pixels: 'has more than 25 million pixels',
  damaged: 'is damaged',
};

type Parts = { readonly blobs: Blobs; readonly images: Images; readonly clock: Clock };

/** Avatars of people and groups: received from untrusted clients, re-encoded, stored and served. */
export class Avatars {
  readonly #blobs: Blobs;
  readonly #images: Images;
  readonly #clock: Clock;
  readonly #perUser: AttemptLimiter;
  readonly #opened = new Slots(OPENED.running, OPENED.waiting);
  readonly #changes = new Turns();

  constructor({ blobs, images, clock }: Parts) {
    this.#blobs = blobs;
    this.#images = images;
    this.#clock = clock;
    this.#perUser = new AttemptLimiter(clock, PER_USER);
  }

  /**
   * Stores the picture in the request's body and passes its name to `use`, which checks permissions again: the body may
   * have taken a long time. If `use` refuses, the file is deleted. Throws `ClientError`: `tooLarge` above 5 MB,
   * `invalidInput` for a file that is not a picture, `badRequest` if the body breaks off, `rateLimited`,
   * `tooManyRequests`; and the errors of `use`.
   */
  async receive<T>(
    { headers, body }: Pick<Request, 'headers' | 'body'>,
    user: string,
    use: (name: string) => Promise<T>,
  ): Promise<T> {
    this.#perUser.take(user);
    const bytes = await readBody(headers, body, this.#clock).catch(brokenOff);
    const picture = await this.#opened.run(() => this.#images.thumbnail(bytes, SIDE)).catch(refuse);
    const name = `${randomText(20)}.webp`;
    await this.#blobs.put(blobOf(name), picture);
    try {
      return await use(name);
    } catch (error) {
      // After a temporary error the picture may be in use nevertheless.
      if (error instanceof ClientError && !error.temporary) await this.remove(name);
      throw error;
    }
  }

  /**
   * Runs replacements and removals of pictures one after another: each must see the result of the one before, or a file
   * would be left behind.
   */
  replace<T>(change: () => Promise<T>): Promise<T> {
    return this.#changes.run(change);
  }

  /** Removing a missing file is not an error. */
  async remove(name: string): Promise<void> {
    await this.#blobs.remove(blobOf(name));
  }

  /** Serves a picture to signed-in people; undefined for other requests. Throws `ClientError`. */
  async route({ method, url }: Request, principal: Principal): Promise<Response | undefined> {
    const { pathname } = new URL(url);
    if (!pathname.startsWith(FILES) || (method !== 'GET' && method !== 'HEAD')) return undefined;
    if (principal.kind !== 'user') throw new ClientError('unauthorized');
    const name = pathname.slice(FILES.length);
    const bytes = NAME.test(name) ? await this.#blobs.get(blobOf(name)) : undefined;
    if (bytes === undefined) throw new ClientError('notFound');
    const headers = {
      'content-type': 'image/webp',
      // A new picture has a new name.
      'cache-control': 'private, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'same-origin',
    };
    return new Response(bytes, { headers });
  }
}

function blobOf(name: string): string {
  return `avatars/${name}`;
}

/** Counts while reading: Content-Length is not trusted. */
async function readBody(headers: Headers, body: Request['body'], clock: Clock): Promise<Uint8Array> {
  if (Number(headers.get('content-length') ?? 0) > MAX_BYTES) throw tooLarge();
  const reader = body?.getReader();
  let isLate = false;
  const stopWaiting = clock.after(DEADLINE_MS, () => {
    isLate = true;
    void reader?.cancel();
  });
  try {
    const bytes = await readAll(reader);
    if (isLate) throw new ClientError('badRequest', { message: 'the picture took too long' });
    return bytes;
  } finally {
    stopWaiting();
  }
}

type BodyReader = { read(): Promise<{ readonly value?: Uint8Array | undefined }>; cancel(): Promise<void> };

async function readAll(reader: BodyReader | undefined): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    length += part.value.length;
    if (length > MAX_BYTES) {
      await reader?.cancel();
      throw tooLarge();
    }
    chunks.push(part.value);
  }
  return joined(chunks, length);
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

function tooLarge(): ClientError {
  return new ClientError('tooLarge', { message: 'a picture may have 5 MB' });
}

/** Clients disconnect all the time; that is not a server error. */
function brokenOff(error: unknown): never {
  throw error instanceof ClientError
    ? error
    : new ClientError('badRequest', { message: 'the body broke off', cause: error });
}

function refuse(error: unknown): never {
  if (!(error instanceof ImageError)) throw error;
  throw new ClientError('invalidInput', { message: `the picture ${REASONS[error.problem]}`, cause: error });
}
