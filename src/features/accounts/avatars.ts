import { ClientError } from '../../core/errors.ts';
import type { Principal } from '../../core/principal.ts';
import { randomText } from '../../core/random-text.ts';
import { ImageError, type ImageProblem } from '../../ports/images.ts';
import type { Parts } from './parts.ts';
import { avatarBlob, changeAvatar, personOf } from './profiles.ts';
import { meOf } from './sign-in.ts';

const UPLOAD = '/api/v1/accounts.avatar';
const FILES = '/files/avatars/';
const NAME = /^[a-z2-9]{20}\.webp$/;
const MAX_BYTES = 5 * 1024 * 1024;
/** Screens show avatars at up to 128 CSS pixels, twice as dense. */
const SIDE = 256;

const REASONS: Readonly<Record<ImageProblem, string>> = {
  format: 'must be a PNG, JPEG, WebP or GIF picture',
  pixels: 'has more than 25 million pixels',
  damaged: 'is damaged',
};

/** Uploads and pictures; undefined for requests that are not about them. Throws `ClientError`. */
export async function avatarRoute(parts: Parts, request: Request, principal: Principal): Promise<Response | undefined> {
  const { pathname } = new URL(request.url);
  if (pathname === UPLOAD && request.method === 'POST') return upload(parts, request, principal);
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (pathname.startsWith(FILES) && reads) return show(parts, pathname.slice(FILES.length), principal);
  return undefined;
}

async function upload(parts: Parts, request: Request, principal: Principal): Promise<Response> {
  if (principal.kind !== 'user') throw new ClientError('unauthorized');
  parts.limits.picturesPerUser.take(principal.user);
  const bytes = await readBody(request);
  const picture = await parts.pictures.run(() => parts.images.thumbnail(bytes, SIDE)).catch(refuse);
  const avatar = `${randomText(20)}.webp`;
  await parts.host.blobs.put(avatarBlob(avatar), picture);
  const person = await personOf(parts, principal.user);
  return Response.json(meOf(await changeAvatar(parts, person, avatar), principal.device));
}

async function show({ host }: Parts, name: string, principal: Principal): Promise<Response> {
  if (principal.kind !== 'user') throw new ClientError('unauthorized');
  const bytes = NAME.test(name) ? await host.blobs.get(avatarBlob(name)) : undefined;
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

/** Counts while it reads: what the client says about the length is not relied on. */
async function readBody(request: Request): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BYTES) throw tooLarge();
  const reader = request.body?.getReader();
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

function refuse(error: unknown): never {
  if (!(error instanceof ImageError)) throw error;
  throw new ClientError('invalidInput', { message: `the picture ${REASONS[error.problem]}`, cause: error });
}
