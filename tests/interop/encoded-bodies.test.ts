import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { gzipSync } from 'node:zlib';
import type { BanyanProcess } from '../servers/banyan.ts';
import { register } from '../servers/people.ts';
import { APP, PusherWorld } from './pusher-world.ts';
import { API_KEY } from './ways/way.ts';

let world: PusherWorld;
let server: BanyanProcess;
let cookie: string;
beforeAll(async () => {
  world = await PusherWorld.start([APP], { BANYAN_API_KEYS: API_KEY, BANYAN_CLIENT_INSECURE: 'true' });
  server = world.server;
  cookie = (await register(server, 'ann', server.ownerInvite ?? '')).cookie();
});
afterAll(() => server.stop());

const MESSAGE = '{"channel":"demo:a","data":{"x":1}}';

function post(
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
): Promise<Response> {
  const all = { 'X-API-Key': API_KEY, Cookie: cookie, 'Content-Type': 'application/json', ...headers };
  return fetch(server.url + path, { method: 'POST', body, headers: all });
}

// RFC 9110 section 8.4.1: an origin server may respond with 415 to a content coding that it does not accept;
// section 12.5.3: it then ought to say in Accept-Encoding what it does accept.
describe('HX3 a compressed body is refused with 415', () => {
  for (const path of [
    '/api/publish',
    '/api',
    '/publish',
    '/publish?channel=demo:a',
    '/api/v1/accounts.me',
    '/api/v1/accounts.avatar',
    '/emulation',
    '/connection/http_stream',
    '/connection/sse',
  ]) {
    test(path, async () => {
      const answer = await post(path, gzipSync(MESSAGE), { 'Content-Encoding': 'gzip' });
      expect([answer.status, answer.headers.get('Accept-Encoding')]).toEqual([415, 'identity']);
      expect(await answer.text()).toContain('the body must not be encoded');
    });
  }

  test('/apps/{id}/events', async () => {
    const answer = await post(`/apps/${APP.id}/events`, gzipSync(MESSAGE), { 'Content-Encoding': 'br' });
    expect(answer.status).toBe(415);
  });

  test('a POST of an Engine.IO connection', async () => {
    const opened = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`);
    const sid = /"sid":"([^"]+)"/.exec(await opened.text())?.[1];
    const path = `/socket.io/?EIO=4&transport=polling&sid=${sid}`;
    expect((await post(path, gzipSync('40'), { 'Content-Encoding': 'gzip' })).status).toBe(415);
  });

  test('"identity" and an empty value are not encodings', async () => {
    for (const coding of ['identity', 'Identity', '']) {
      expect((await post('/publish', MESSAGE, { 'Content-Encoding': coding })).status).toBe(200);
    }
  });
});
