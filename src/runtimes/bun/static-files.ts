import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const IMMUTABLE = 'public, max-age=31536000, immutable';
const REVALIDATE = 'no-cache';
/** Larger files are sent uncompressed: compressing them would need too much memory. */
const LARGEST_COMPRESSED = 4 * 1_048_576;
const SMALLEST_COMPRESSED = 1_024;
const COMPRESSIBLE = /^text\/|javascript|json|xml|manifest|wasm/;
/** The best ratio for the time: 250 KB of script in about 30 ms, once, in the runtime's thread pool. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };

const CODINGS = {
  br: (bytes: Uint8Array) => promisify(brotliCompress)(bytes, BROTLI),
  gzip: (bytes: Uint8Array) => promisify(gzip)(bytes),
} as const;
type Coding = keyof typeof CODINGS;

type Content = { readonly bytes: Uint8Array; readonly etag: string; readonly compressible: boolean };

/**
 * A file served as first read, even if a new version replaces it meanwhile; hashed and compressed only at its first
 * request.
 */
export class StaticFile {
  readonly #type: string;
  readonly #cacheControl: string;
  readonly #read: () => Promise<Uint8Array>;
  #content: Promise<Content> | undefined;
  readonly #encoded: Partial<Record<Coding, Promise<Uint8Array>>> = {};

  /** `bytes`: the file's content, if already read. */
  constructor(path: string, cacheControl: string = REVALIDATE, bytes?: Uint8Array) {
    const file = Bun.file(path);
    this.#type = file.type;
    this.#cacheControl = cacheControl;
    this.#read = bytes === undefined ? () => file.bytes() : async () => bytes;
  }

  /** 200 or 304, in the best encoding the client accepts. */
  async answer(request: Request): Promise<Response> {
    const { bytes, etag, compressible } = await this.#learnt();
    const headers = new Headers({ ETag: etag, 'Cache-Control': this.#cacheControl });
    if (compressible) headers.set('Vary', 'Accept-Encoding');
    if (matches(request.headers.get('If-None-Match'), etag)) return new Response(null, { status: 304, headers });
    headers.set('Content-Type', this.#type);
    const coding = compressible ? chooseCoding(request.headers.get('Accept-Encoding')) : undefined;
    if (coding === undefined) return new Response(bytes, { headers });
    headers.set('Content-Encoding', coding);
    this.#encoded[coding] ??= CODINGS[coding](bytes);
    return new Response(await this.#encoded[coding], { headers });
  }

  #learnt(): Promise<Content> {
    this.#content ??= this.#learn().catch((error) => {
      // It may exist again at the next request.
      this.#content = undefined;
      throw error;
    });
    return this.#content;
  }

  async #learn(): Promise<Content> {
    const bytes = await this.#read();
    const hash = new Bun.CryptoHasher('sha256').update(bytes).digest('base64url');
    const fits = bytes.length >= SMALLEST_COMPRESSED && bytes.length <= LARGEST_COMPRESSED;
    // Weak: the same for all encodings of the content.
    return { bytes, etag: `W/"${hash}"`, compressible: fits && COMPRESSIBLE.test(this.#type) };
  }
}

/**
 * The files of a folder by request path, listed now, so that they stay consistent whatever happens to the folder later:
 * a path outside the folder cannot be in the list. Names in `assets/` contain a hash. Empty if there is no such folder.
 */
export function listStaticFiles(root: string): ReadonlyMap<string, StaticFile> {
  const files = new Map<string, StaticFile>();
  for (const entry of readFolder(root)) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const url = path
      .slice(root.replace(/[/\\]$/, '').length)
      .split(sep)
      .join('/');
    files.set(url, new StaticFile(path, url.startsWith('/assets/') ? IMMUTABLE : REVALIDATE, readFileSync(path)));
  }
  return files;
}

function readFolder(root: string) {
  try {
    return readdirSync(root, { recursive: true, withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function matches(ifNoneMatch: string | null, etag: string): boolean {
  return ifNoneMatch === '*' || ifNoneMatch?.split(',').some((each) => each.trim() === etag) === true;
}

function chooseCoding(acceptEncoding: string | null): Coding | undefined {
  const accepted = new Set<string>();
  for (const each of acceptEncoding?.split(',') ?? []) {
    const [name = '', quality] = each.split(';').map((part) => part.trim().toLowerCase());
    if (quality === undefined || Number(quality.replace('q=', '')) > 0) accepted.add(name);
  }
  return accepted.has('br') ? 'br' : accepted.has('gzip') ? 'gzip' : undefined;
}
