import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { SignJWT } from 'jose';
import type { io } from 'socket.io-client';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { until } from './until.ts';

const SECRET = 'a secret that is shared with one application only';
const APP = 'https://app.example.org';
const BACKLOG = 64 * 1_024;

let server: BanyanProcess;

beforeAll(async () => {
  server = await startBanyan({
    ...{ BANYAN_TOKEN_SECRET: SECRET, BANYAN_ALLOWED_ORIGINS: APP },
    BANYAN_MAX_CONNECTION_BACKLOG_BYTES: String(BACKLOG),
  });
});
afterAll(() => server.stop());

/**
 * `Payload.max_decode_packets` of python-engineio (engineio/payload.py): its client closes the connection at one more.
 */
const PYTHON_MAX_PACKETS = 16;
const SEPARATOR = '\x1e';
const packetsOf = (payload: string) => payload.split(SEPARATOR);

const token = (user: string) =>
  new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).setSubject(user).sign(new TextEncoder().encode(SECRET));

const request = (query: string, init: RequestInit = {}) => fetch(`${server.url}/socket.io/?EIO=4&${query}`, init);

async function sidOfNew(headers: Record<string, string> = {}): Promise<string> {
  const text = await (await request('transport=polling', { headers })).text();
  return (JSON.parse(text.slice(1)) as { sid: string }).sid;
}

const poll = (sid: string) => request(`transport=polling&sid=${sid}`);
const post = (sid: string, body: string) => request(`transport=polling&sid=${sid}`, { method: 'POST', body });

/** A client that has entered the main namespace by polling. */
async function entered(user: string): Promise<string> {
  const sid = await sidOfNew();
  await post(sid, `40${JSON.stringify({ token: await token(user) })}`);
  expect(await (await poll(sid)).text()).toStartWith('40{"sid"');
  return sid;
}

describe('Engine.IO', () => {
  test.each([
    ['transport=polling&sid=nobody', 1, 'Session ID unknown'],
    ['transport=carrier-pigeon', 0, 'Transport unknown'],
    ['transport=websocket', 3, 'Bad request'],
  ])('refuses %s as the reference server does', async (query, code, message) => {
    const response = await request(query);
    expect([response.status, await response.json()]).toEqual([400, { code, message }]);
  });

  test('refuses a body larger than the announced maximum', async () => {
    const sid = await sidOfNew();
    expect((await post(sid, `4${'x'.repeat(70_000)}`)).status).toBe(413);
    expect((await poll(sid)).status).toBe(400);
  });

  test('SI2 accepts one POST at a time', async () => {
    const sid = await sidOfNew();
    const slow = new ReadableStream<Uint8Array>({
      start: async (controller) => {
        controller.enqueue(new TextEncoder().encode('3'));
        await Bun.sleep(300);
        controller.close();
      },
    });
    const first = request(`transport=polling&sid=${sid}`, { method: 'POST', body: slow });
    await Bun.sleep(100);
    expect((await post(sid, '3')).status).toBe(400);
    await first.catch(() => undefined);
    expect((await poll(sid)).status).toBe(400);
  });

  test('SL1 a client that does not poll is dropped, and its buffer is kept for one more poll', async () => {
    const [slow, publisher] = [await entered('slow'), await entered('ann')];
    await post(slow, '42["subscribe","log:slow"]');
    const data = 'x'.repeat(10_000);
    for (let n = 0; n < 10; n += 1) {
      await post(publisher, `42${n}["publish","log:slow","${data}"]`);
      await (await poll(publisher)).text();
    }
    const rest = await (await poll(slow)).text();
    expect(rest.length).toBeWithin(data.length, 10 * data.length);
    expect((await poll(slow)).status).toBe(400);
    await post(publisher, '4299["publish","log:slow","still here"]');
    expect(await (await poll(publisher)).text()).toStartWith('4399[{"ok":true');
  });

  test('SI11 a response has at most 16 packets, later ones the rest', async () => {
    const sid = await entered('ann');
    await post(sid, '420["subscribe","log:burst"]');
    expect(packetsOf(await (await poll(sid)).text())).toHaveLength(1);
    await post(sid, Array.from({ length: 40 }, (_, n) => `42["publish","log:burst",${n}]`).join(SEPARATOR));
    const answers: string[][] = [];
    while (answers.flat().length < 40) answers.push(packetsOf(await (await poll(sid)).text()));
    expect(Math.max(...answers.map(({ length }) => length))).toBeLessThanOrEqual(PYTHON_MAX_PACKETS);
    const told = answers.flat().map((packet) => (JSON.parse(packet.slice(2)) as unknown[])[2]);
    expect(told).toEqual(Array.from({ length: 40 }, (_, n) => n));
  });

  test('SI11 the buffer of a dropped client is delivered in as many polls as it takes', async () => {
    const [slow, publisher] = [await entered('slow'), await entered('ann')];
    await post(slow, '42["subscribe","log:slower"]');
    const data = 'x'.repeat(1_000);
    for (let n = 0; n < 80; n += 1) await post(publisher, `42["publish","log:slower","${data}"]`);
    const answers: number[] = [];
    for (;;) {
      const response = await poll(slow);
      if (response.status !== 200) break;
      answers.push(packetsOf(await response.text()).length);
    }
    expect(answers.slice(0, -1)).toEqual(Array(answers.length - 1).fill(PYTHON_MAX_PACKETS));
    expect(answers.reduce((sum, each) => sum + each)).toBeWithin(40, 80);
  });

  test('a socket that sends something other than a probe is closed, and polling continues', async () => {
    const sid = await entered('ann');
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket&sid=${sid}`);
    const closed = new Promise((resolve) => socket.addEventListener('close', resolve));
    socket.addEventListener('open', () => socket.send('4hello'));
    await closed;
    await post(sid, '421["publish","log:probe",1]');
    expect(await (await poll(sid)).text()).toStartWith('431[{"ok":true');
  });

  // https://github.com/socketio/engine.io-client/issues/18: a waiting poll delays the upgrade. Conversely, if a proxy
  // passes the handshake but no frames, polls that do not wait follow each other without a pause.
  test('SI13 a poll waits while the probing socket is silent, and is released each time it is not', async () => {
    const sid = await entered('ann');
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket&sid=${sid}`);
    const said: unknown[] = [];
    socket.addEventListener('message', ({ data }) => said.push(data));
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    const waiting = poll(sid);
    await post(sid, '421["publish","log:probe",1]');
    expect(await (await waiting).text()).toStartWith('431[{"ok":true');
    socket.send('2probe');
    for (const _ of [1, 2, 3]) expect(await (await poll(sid)).text()).toBe('6');
    socket.send('5');
    socket.send('422["publish","log:probe",2]');
    await until(() => said.length === 2);
    expect(said).toEqual(['3probe', expect.stringMatching(/^432\[\{"ok":true/)]);
    socket.close();
  });

  test('PE1 pages of other origins cannot use it; allowed ones can read the responses', async () => {
    const foreign = { Origin: 'https://evil.example' };
    expect((await request('transport=polling', { headers: foreign })).status).toBe(403);
    const allowed = await request('transport=polling', { headers: { Origin: APP } });
    expect([allowed.status, allowed.headers.get('Access-Control-Allow-Origin')]).toEqual([200, APP]);
    const preflight = await request('transport=polling', { method: 'OPTIONS', headers: { Origin: APP } });
    expect(preflight.status).toBe(204);
  });
});

describe('the client script served to pages', () => {
  test.each([
    'socket.io.js',
    'socket.io.min.js',
    'socket.io.esm.min.js',
    'socket.io.msgpack.min.js',
    'socket.io.js.map',
  ])('is served as %s, and not sent again if unchanged', async (name) => {
    const response = await fetch(`${server.url}/socket.io/${name}`);
    const ETag = response.headers.get('ETag') ?? '';
    expect([response.status, (await response.text()).length > 10_000]).toEqual([200, true]);
    expect(response.headers.get('Content-Type')).toContain(name.endsWith('.map') ? 'json' : 'javascript');
    const again = await fetch(response.url, { headers: { 'If-None-Match': ETag } });
    expect(again.status).toBe(304);
  });

  test('connects', async () => {
    const script = await (await fetch(`${server.url}/socket.io/socket.io.js`)).text();
    // Runs it as a page without a module loader does: it sets `io` on the window.
    const page: { io?: typeof io } = {};
    new Function('globalThis', 'module', 'exports', 'define', script)(page);
    const socket = page.io?.(server.url, { auth: { token: await token('ann') }, transports: ['websocket'] });
    await new Promise((resolve) => socket?.on('connect', () => resolve(undefined)));
    expect(socket?.connected).toBe(true);
    socket?.disconnect();
  });
});
