import type { Config } from '../../app/config.ts';
import { networkErrorText } from '../deployment/network-error.ts';
import { bytes } from '../figures.ts';
import { type Finding, fail, ok, skip, warn } from './finding.ts';

/** The largest body the server accepts: a picture. */
const LARGEST_BODY = 5 * 1_024 ** 2;
const ANSWER_MS = 30_000;
/** Scripts and styles of the page. */
const FILES = /\s(?:src|href)="(\/[^"]+\.(?:js|css))"/g;
/** Smaller files are sent uncompressed. */
const MIN_COMPRESSED_BYTES = 8_192;
const STRICT = 'Strict-Transport-Security';
/** Only responses of the HTTP edge have its headers. */
const GUARDED = '/api/v1';

/** Checks what is in front of the server, and whether the server knows. */
export async function forwardingFinding(url: string, config: Config | undefined): Promise<Finding> {
  try {
    const plain = await head(url, {});
    const forged = await head(url, { 'X-Forwarded-Proto': 'https' });
    const proxy = [plain.get('Server'), plain.get('Via')].filter((each) => each !== null).join(', ');
    const shown = proxy === '' ? 'no proxy to be seen' : `through ${proxy}`;
    if (url.startsWith('https:')) return encrypted(shown, plain.has(STRICT));
    if (!plain.has(STRICT) && forged.has(STRICT)) return trustFinding(shown, proxy !== '');
    const isUntold = proxy !== '' && config !== undefined && config.trustedProxies.length === 0;
    if (isUntold)
      return warn(
        'proxy',
        `${shown}, and trustedProxies is empty: all clients seem to have its address`,
        'set BANYAN_TRUSTED_PROXIES to the address of the proxy',
      );
    return ok('proxy', shown);
  } catch (error) {
    return skip('proxy', networkErrorText(error));
  }
}

async function head(url: string, headers: Readonly<Record<string, string>>): Promise<Headers> {
  const response = await fetch(`${url}${GUARDED}`, {
    headers,
    redirect: 'manual',
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  await response.arrayBuffer();
  return response.headers;
}

/** Cookies are Secure, and HSTS is sent, only if the server knows. */
function encrypted(shown: string, knows: boolean): Finding {
  if (knows) return ok('proxy', `${shown}; the server knows that clients come over TLS`);
  return fail(
    'proxy',
    `${shown}; the server does not know that clients come over TLS`,
    'set BANYAN_PUBLIC_URL to this URL, and BANYAN_TRUSTED_PROXIES to the address of the proxy, which must send X-Forwarded-Proto and X-Forwarded-For',
  );
}

function trustFinding(shown: string, isProxied: boolean): Finding {
  const found = `${shown}; X-Forwarded-Proto of this client is believed`;
  if (!isProxied)
    return warn('proxy', found, 'right only if this very machine is the proxy that BANYAN_TRUSTED_PROXIES names');
  return fail(
    'proxy',
    `${found}: the proxy passes on what clients claim`,
    'let the proxy write it anew (nginx: proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-For $remote_addr;)',
  );
}

/** Checks whether pictures can be uploaded. */
export async function bodyFinding(url: string): Promise<Finding> {
  const name = 'large body';
  try {
    const body = new Uint8Array(LARGEST_BODY);
    const response = await fetch(`${url}/livez`, { method: 'POST', body, signal: AbortSignal.timeout(ANSWER_MS) });
    await response.arrayBuffer();
    if (response.status !== 413) return ok(name, `${bytes(LARGEST_BODY)} come through`);
    return fail(
      name,
      `${bytes(LARGEST_BODY)}, a picture, do not come through (413)`,
      'let the proxy take them (nginx: client_max_body_size 6m;)',
    );
  } catch (error) {
    return warn(
      name,
      `${bytes(LARGEST_BODY)}, a picture, do not come through: ${networkErrorText(error)}`,
      'let the proxy take bodies of 6 MB',
    );
  }
}

/** Checks whether the web app is compressed, as the server sends it. */
export async function compressionFinding(url: string): Promise<Finding> {
  const name = 'web app';
  try {
    const page = await fetch(`${url}/`, { headers: { Accept: 'text/html' }, signal: AbortSignal.timeout(ANSWER_MS) });
    const paths = Array.from((await page.text()).matchAll(FILES), ([, path = '']) => path);
    if (!page.ok || paths.length === 0) return skip(name, `there is none here (status ${page.status})`);
    const files = await Promise.all(paths.map((path) => sent(new URL(path, url))));
    const size = bytes(files.reduce((sum, file) => sum + file.bytes, 0));
    if (files.every((file) => file.isCompressed || file.bytes < MIN_COMPRESSED_BYTES))
      return ok(name, `${size} to begin with, compressed`);
    return warn(
      name,
      `${size} to begin with, not compressed, though the server compresses them`,
      'let the proxy pass Accept-Encoding on, and leave what it is given as it is',
    );
  } catch (error) {
    return skip(name, networkErrorText(error));
  }
}

async function sent(file: URL): Promise<{ readonly isCompressed: boolean; readonly bytes: number }> {
  const headers = { 'Accept-Encoding': 'br, gzip' };
  const response = await fetch(file, { headers, decompress: false, signal: AbortSignal.timeout(ANSWER_MS) });
  const { byteLength } = await response.arrayBuffer();
  return { isCompressed: response.headers.has('Content-Encoding'), bytes: byteLength };
}
