import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { listStaticFiles, StaticFile } from './static-files.ts';

const SCRIPT = `console.log('${'banyan '.repeat(2_000)}');`;
const root = mkdtempSync(join(tmpdir(), 'banyan-static-'));
let files: ReadonlyMap<string, StaticFile>;

beforeAll(async () => {
  await Bun.write(join(root, 'index.html'), '<!doctype html>');
  await Bun.write(join(root, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  await Bun.write(join(root, 'assets/app-Ab12.js'), SCRIPT);
  await Bun.write(join(root, 'assets/picture-Cd34.png'), new Uint8Array(4_000));
  symlinkSync('/etc/passwd', join(root, 'link.txt'));
  files = listStaticFiles(root);
});
afterAll(() => rmSync(root, { recursive: true }));

async function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  const file = files.get(path);
  if (file === undefined) throw new Error(`no ${path}`);
  return file.answer(new Request(`http://localhost${path}`, { headers }));
}

describe('the list', () => {
  test('has the files of the folder, and nothing else', () => {
    expect([...files.keys()].sort()).toEqual([
      '/assets/app-Ab12.js',
      '/assets/picture-Cd34.png',
      '/favicon.svg',
      '/index.html',
    ]);
    for (const path of ['/', '/assets', '/../etc/passwd', '/link.txt', '//index.html', '']) {
      expect(files.has(path)).toBe(false);
    }
  });

  test('is the same with a trailing slash, and empty without a folder', () => {
    expect(listStaticFiles(`${root}/`).has('/index.html')).toBe(true);
    expect(listStaticFiles(join(root, 'none')).size).toBe(0);
  });
});

describe('a response', () => {
  test('is cached forever if the name has a hash, and revalidated otherwise', async () => {
    expect((await get('/assets/app-Ab12.js')).headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    for (const path of ['/index.html', '/favicon.svg']) {
      expect((await get(path)).headers.get('cache-control')).toBe('no-cache');
    }
  });

  test("has the file's content type", async () => {
    const types = await Promise.all(
      [...files.keys()].sort().map(async (path) => (await get(path)).headers.get('content-type')),
    );
    expect(types).toEqual(['text/javascript;charset=utf-8', 'image/png', 'image/svg+xml', 'text/html;charset=utf-8']);
  });

  test('is 304 without a body if the client has it', async () => {
    const etag = (await get('/index.html')).headers.get('etag') as string;
    for (const known of [etag, `"other", ${etag}`, '*']) {
      const response = await get('/index.html', { 'If-None-Match': known });
      expect([response.status, await response.text(), response.headers.get('etag')]).toEqual([304, '', etag]);
    }
    expect((await get('/index.html', { 'If-None-Match': '"other"' })).status).toBe(200);
  });

  test('uses the best encoding the client accepts', async () => {
    const coded = async (accepted: string) => {
      const response = await get('/assets/app-Ab12.js', { 'Accept-Encoding': accepted });
      expect(response.headers.get('vary')).toBe('Accept-Encoding');
      return [response.headers.get('content-encoding'), await response.bytes()] as const;
    };
    const [br, gzip] = [await coded('gzip, deflate, br, zstd'), await coded('GZIP;q=0.5, br;q=0')];
    expect([br[0], brotliDecompressSync(br[1]).toString()]).toEqual(['br', SCRIPT]);
    expect([gzip[0], gunzipSync(gzip[1]).toString()]).toEqual(['gzip', SCRIPT]);
    expect(br[1].length).toBeLessThan(SCRIPT.length / 10);
    for (const accepted of ['', 'identity', 'br;q=0, gzip;q=0.0', 'brotli']) {
      const [coding, bytes] = await coded(accepted);
      expect([coding, bytes.length]).toEqual([null, SCRIPT.length]);
    }
  });

  test('is not compressed if that does not help', async () => {
    for (const path of ['/assets/picture-Cd34.png', '/index.html']) {
      const { headers } = await get(path, { 'Accept-Encoding': 'br' });
      expect([headers.get('content-encoding'), headers.get('vary')]).toEqual([null, null]);
    }
  });

  test('is correct for concurrent requests', async () => {
    const file = new StaticFile(join(root, 'assets/app-Ab12.js'));
    const request = () => new Request('http://localhost/', { headers: { 'Accept-Encoding': 'br' } });
    const answers = await Promise.all(Array.from({ length: 50 }, () => file.answer(request())));
    const bodies = await Promise.all(answers.map((answer) => answer.bytes()));
    for (const body of bodies) expect(brotliDecompressSync(body).toString()).toBe(SCRIPT);
  });

  test('keeps the content read at the start if another version replaces the folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'banyan-static-'));
    await Bun.write(join(folder, 'index.html'), 'old');
    const old = listStaticFiles(folder);
    rmSync(folder, { recursive: true });
    expect(await (await old.get('/index.html')?.answer(new Request('http://localhost/')))?.text()).toBe('old');
  });

  test('fails only while the file is missing', async () => {
    const path = join(root, 'later.txt');
    const file = new StaticFile(path);
    const ask = () => file.answer(new Request('http://localhost/'));
    await expect(ask()).rejects.toThrow();
    await Bun.write(path, 'here');
    expect(await (await ask()).text()).toBe('here');
  });
});
