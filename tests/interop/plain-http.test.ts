import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { EventSource } from 'eventsource';
import { SignJWT } from 'jose';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { type Nginx, startNginx } from '../servers/nginx.ts';
import { clientOf, register } from '../servers/people.ts';
import { until } from './until.ts';

const SECRET = 'a secret that is shared with one application only';
const APP = 'https://app.example.org';
const KEY = '0123456789abcdef-one';

type Heard = { readonly channel: string; readonly offset?: number; readonly data: unknown };
type Answer = { readonly publications: readonly Heard[]; readonly cursor: string; readonly recovered: boolean };

let server: BanyanProcess;
let signed: BanyanProcess;
const sources: EventSource[] = [];

beforeAll(async () => {
  [server, signed] = await Promise.all([
    startBanyan({ BANYAN_CLIENT_INSECURE: 'true', BANYAN_PING_SECONDS: '2', BANYAN_PONG_SECONDS: '1' }),
    startBanyan({
      BANYAN_TOKEN_SECRET: SECRET,
      BANYAN_ALLOWED_ORIGINS: APP,
      BANYAN_API_KEYS: KEY,
      BANYAN_NAMESPACES: '{"plans":{"history":"memory","historySize":10}}',
    }),
  ]);
});
afterEach(() => {
  for (const source of sources.splice(0)) source.close();
});
afterAll(() => Promise.all([server.stop(), signed.stop()]));

const at = (path: string, channels: readonly string[], more: Record<string, string> = {}) =>
  `${path}?${new URLSearchParams([...channels.map((channel): [string, string] => ['channel', channel]), ...Object.entries(more)])}`;

/** An EventSource that is subscribed, and what it has received so far. */
async function listening(url: string): Promise<{ source: EventSource; heard: Heard[]; told: Told[] }> {
  const source = new EventSource(url);
  sources.push(source);
  const [heard, told]: [Heard[], Told[]] = [[], []];
  source.addEventListener('message', ({ data }) => heard.push(JSON.parse(data)));
  for (const type of ['subscribed', 'unsubscribed', 'disconnect'] as const) {
    source.addEventListener(type, ({ data }) => told.push({ type, ...JSON.parse(data) }));
  }
  await until(() => told.length >= new URL(url).searchParams.getAll('channel').length);
  return { source, heard, told };
}
type Told = { readonly type: string; readonly channel?: string; readonly recovered?: boolean; readonly code?: number };

async function publish(channel: string, data: unknown, headers: Record<string, string> = {}, to = server.url) {
  const response = await fetch(to + at('/publish', [channel]), { method: 'POST', body: JSON.stringify(data), headers });
  return { status: response.status, ...((await response.json()) as { offset?: number; epoch?: string }) };
}

async function poll(channels: readonly string[], more: Record<string, string> = {}, to = server.url): Promise<Answer> {
  const response = await fetch(to + at('/poll', channels, more));
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}

const token = (user: string, seconds = 60) =>
  new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(user)
    .setExpirationTime(`${seconds}s`)
    .sign(new TextEncoder().encode(SECRET));

describe('EventSource, unmodified', () => {
  test('HT1 OR2 receives several channels, each in order', async () => {
    const { heard } = await listening(server.url + at('/sse', ['demo:a', 'log:a', 'demo:b']));
    for (const n of [1, 2, 3]) {
      for (const channel of ['demo:a', 'log:a', 'demo:b']) await publish(channel, { n, text: 'äöü 你好 🌳' });
    }
    await until(() => heard.length === 9);
    const of = (name: string) => heard.filter(({ channel }) => channel === name).map(({ offset }) => offset);
    expect([of('demo:a'), of('log:a'), of('demo:b')]).toEqual([1, 2, 3].map(() => [1, 2, 3]));
    expect(heard.at(-1)?.data).toEqual({ n: 3, text: 'äöü 你好 🌳' });
  });

  test('HT1 RE1 reconnects by itself after the server was killed, and receives what it missed once', async () => {
    const channels = ['log:back', 'log:forth'];
    const { heard } = await listening(server.url + at('/sse', channels));
    await publish('log:back', 'before');
    await until(() => heard.length === 1);
    await server.crash();
    await server.restart();
    for (const word of ['while', 'it', 'was', 'away']) await publish(word.length > 2 ? 'log:back' : 'log:forth', word);
    await until(() => heard.length === 5);
    await publish('log:forth', 'after');
    await until(() => heard.length === 6);
    const of = (name: string) => heard.filter(({ channel }) => channel === name).map(({ data }) => data);
    expect(of('log:back')).toEqual(['before', 'while', 'was', 'away']);
    expect(of('log:forth')).toEqual(['it', 'after']);
  });

  test('RE2 is told when the missed publications are gone', async () => {
    const { told } = await listening(server.url + at('/sse', ['demo:gone']));
    await publish('demo:gone', 1);
    await server.restart();
    await until(() => told.some(({ recovered }) => recovered === false));
    expect(told.map(({ type, code }) => code ?? type)).toEqual(['subscribed', 3_001, 'subscribed']);
  });

  test('RE8 connects with the id of another server’s event, is told so, and continues with ours', async () => {
    const channels = ['log:moved', 'demo:moved'];
    await publish('log:moved', 'before');
    // As a proxy that mangles the header would, until it receives one of our ids.
    const ids: (string | null)[] = [];
    const proxy = Bun.serve({
      port: 0,
      idleTimeout: 0,
      fetch: (request) => {
        const headers = new Headers(request.headers);
        ids.push(headers.get('Last-Event-ID'));
        if (!headers.has('Last-Event-ID')) headers.set('Last-Event-ID', '1718000000000-0');
        return fetch(server.url + new URL(request.url).pathname + new URL(request.url).search, { headers });
      },
    });
    const { source, heard, told } = await listening(`http://localhost:${proxy.port}${at('/sse', channels)}`);
    expect(told.find(({ channel }) => channel === 'log:moved')).toMatchObject({ recovered: false });
    expect(heard).toEqual([]);
    await publish('log:moved', 'after');
    await until(() => heard.length === 1);
    await server.restart();
    await publish('log:moved', 'away');
    await until(() => heard.length === 2);
    expect(heard.map(({ data }) => data)).toEqual(['after', 'away']);
    expect(ids[0]).toBeNull();
    expect(ids.at(-1)).toMatch(/:2:/);
    source.close();
    await proxy.stop(true);
  });

  test('HT5 stays connected through pings without a reply', async () => {
    const { source, heard } = await listening(server.url + at('/sse', ['demo:stays']));
    let errors = 0;
    source.addEventListener('error', () => {
      errors += 1;
    });
    await Bun.sleep(5_500);
    await publish('demo:stays', 1);
    await until(() => heard.length === 1);
    expect(errors).toBe(0);
  }, 20_000);

  test('HT3 stops retrying when it is refused', async () => {
    const source = new EventSource(signed.url + at('/sse', ['demo:a']));
    sources.push(source);
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    source.addEventListener('error', ({ code }) => resolve(code));
    expect([await promise, source.readyState]).toEqual([401, EventSource.CLOSED]);
  });
});

describe('polling', () => {
  test('HT2 successive polls receive everything once', async () => {
    const channels = ['log:poll', 'demo:poll'];
    let { cursor } = await poll(channels);
    const heard: unknown[] = [];
    const publishing = (async () => {
      for (let n = 0; n < 60; n += 1) await publish(channels[n % 2] ?? '', n);
    })();
    while (heard.length < 60) {
      const answer = await poll(channels, { cursor });
      heard.push(...answer.publications.map(({ data }) => data));
      cursor = answer.cursor;
    }
    await publishing;
    expect([...heard].sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 60 }, (_, n) => n));
  });

  test('HT2 continue after a restart; RE2 reports what was not kept', async () => {
    const channels = ['log:kept', 'demo:lost'];
    const { cursor } = await poll(channels);
    await publish('log:kept', 1);
    await server.restart();
    const answer = await poll(channels, { cursor });
    expect(answer).toMatchObject({ recovered: false, lost: ['demo:lost'], publications: [{ data: 1 }] });
  });

  test('SE7 get a response on a drain, and otherwise not before their timeout', async () => {
    const { cursor } = await poll(['log:wait']);
    const waiting = poll(['log:wait'], { cursor });
    await Bun.sleep(100);
    await server.restart();
    expect(await waiting).toMatchObject({ publications: [], cursor, recovered: true });
  });

  test('a client that disconnected leaves presence', async () => {
    const { cursor } = await poll(['log:left'], { token: await token('ann') }, signed.url);
    const info = async () => {
      const headers = { 'X-API-Key': KEY };
      const response = await fetch(`${signed.url}/api/info`, { method: 'POST', body: '{}', headers });
      return ((await response.json()) as { result: { nodes: { num_clients: number }[] } }).result.nodes[0]?.num_clients;
    };
    const leaving = new AbortController();
    const bearer = { Authorization: `Bearer ${await token('ann')}` };
    const lines = [at('/poll', ['log:left'], { cursor }), at('/sse', ['log:left'])].map((path) =>
      fetch(signed.url + path, { signal: leaving.signal, headers: bearer }).catch(() => undefined),
    );
    await until(async () => (await info()) === 2);
    leaving.abort();
    await Promise.all(lines);
    await until(async () => (await info()) === 0);
  });
});

describe('publishing', () => {
  test('ID1 ID2 HT8 the same key publishes once, also after a restart; each user has their own keys', async () => {
    const [ann, ben] = [await token('ann'), await token('ben')];
    const send = async (user: string, key: string) =>
      publish('log:once', 'x', { Authorization: `Bearer ${user}`, 'Idempotency-Key': key }, signed.url);
    const first = await send(ann, 'k1');
    expect(first).toMatchObject({ status: 200, offset: 1 });
    expect(await send(ann, '"k1"')).toEqual(first);
    await signed.restart();
    expect(await send(ann, 'k1')).toEqual(first);
    expect(await send(ben, 'k1')).toMatchObject({ offset: 2 });
    expect(await send(ann, 'k2')).toMatchObject({ offset: 3 });
  });

  test('HT8 a key is refused in channels that cannot check it', async () => {
    expect(await publish('online:', 1)).toMatchObject({ status: 403 });
    const namespaces = JSON.stringify({ brief: { subscribe: 'everyone', publish: 'everyone' } });
    const brief = await startBanyan({ BANYAN_CLIENT_ANONYMOUS: 'true', BANYAN_NAMESPACES: namespaces });
    expect(await publish('brief:a', 1, {}, brief.url)).toMatchObject({ status: 200, offset: 0 });
    expect(await publish('brief:a', 1, { 'Idempotency-Key': 'k' }, brief.url)).toMatchObject({ status: 404 });
    await brief.stop();
  });

  test('invalid input gets a clear response', async () => {
    const post = (query: string, body: string) => fetch(`${server.url}/publish${query}`, { method: 'POST', body });
    const of = async (response: Response) => ({
      status: response.status,
      ...((await response.json()) as { error: { name: string; field?: string } }).error,
    });
    expect(await of(await post('?channel=demo:x', '{'))).toMatchObject({ status: 400, name: 'invalidInput' });
    expect(await of(await post('', '[1]'))).toMatchObject({ status: 400, field: 'channel' });
    expect(await of(await post('', '5'))).toMatchObject({ status: 400, name: 'invalidInput' });
    expect(await of(await post('', '{"channel":"demo:x"}'))).toMatchObject({ status: 400, field: 'data' });
    expect(await of(await post('?channel=', '1'))).toMatchObject({ status: 400, field: 'channel' });
    expect(await of(await post('?channel=nowhere:x', '1'))).toMatchObject({ status: 404, name: 'unknownChannel' });
    expect((await post('?channel=demo:x', `"${'x'.repeat(70_000)}"`)).status).toBe(413);
    expect((await fetch(`${server.url}/publish`)).status).toBe(405);
    expect((await fetch(`${server.url}/sse?channel=demo:x`, { method: 'POST' })).headers.get('Allow')).toContain('GET');
  });
});

describe('reading', () => {
  test('HT9 a page of history and a stream from its cursor are complete together', async () => {
    const channel = 'log:looked';
    for (let n = 1; n <= 10; n += 1) await publish(channel, n);
    const page = async (more: Record<string, string>) => {
      const response = await fetch(server.url + at('/history', [channel], more));
      return (await response.json()) as Answer & { readonly offset: number };
    };
    const numbers = ({ publications }: Pick<Answer, 'publications'>) => publications.map(({ data }) => data);
    const first = await page({ limit: '4' });
    expect([numbers(first), first.offset]).toEqual([[1, 2, 3, 4], 10]);
    expect(numbers(await poll([channel], { cursor: first.cursor }))).toEqual([5, 6, 7, 8, 9, 10]);
    const newest = await page({ limit: '2', reverse: 'true' });
    expect(numbers(newest)).toEqual([10, 9]);
    const { heard } = await listening(server.url + at('/sse', [channel], { cursor: newest.cursor }));
    await publish(channel, 11);
    await until(() => heard.length > 0);
    expect(heard.map(({ data }) => data)).toEqual([11]);
    expect(numbers(await page({ since: '9' }))).toEqual([10, 11]);
    expect(numbers(await page({ limit: '0' }))).toEqual([]);
  });

  test('presence shows who is there, or a refusal', async () => {
    const { source } = await listening(server.url + at('/sse', ['demo:there']));
    const there = async () => {
      const response = await fetch(server.url + at('/presence', ['demo:there']));
      return ((await response.json()) as { clients: { user: string; client: string }[] }).clients;
    };
    expect(await there()).toMatchObject([{ user: '', client: expect.any(String) }]);
    source.close();
    await until(async () => (await there()).length === 0);
    const status = async (path: string, to = server.url) => (await fetch(to + path)).status;
    expect(await status(at('/presence', ['log:x']))).toBe(404);
    expect(await status(at('/history', ['online:']))).toBe(404);
    expect(await status(at('/history', ['room:x']))).toBe(403);
    expect(await status(at('/history', ['log:x'], { limit: 'x' }))).toBe(400);
    expect(await status(at('/history', ['log:x', 'log:y']))).toBe(400);
    expect(await status(at('/history', ['log:looked'], { since: '1', epoch: 'other' }))).toBe(410);
    expect(await status(at('/history', ['log:x']), signed.url)).toBe(401);
  });
});

describe('authentication', () => {
  test('PE1 the user is the one the token names, in header or query; an invalid token is refused', async () => {
    const ann = await token('ann');
    const { heard } = await listening(signed.url + at('/sse', ['log:who'], { token: ann }));
    await publish('log:who', 1, { Authorization: `Bearer ${ann}` }, signed.url);
    await until(() => heard.length === 1);
    expect(heard[0]).toMatchObject({ data: 1, info: { user: 'ann' } });
    const status = async (more: Record<string, string>) =>
      (await fetch(signed.url + at('/poll', ['log:who'], more))).status;
    expect(await status({})).toBe(401);
    expect(await status({ token: `${ann}x` })).toBe(401);
    expect(await status({ token: await token('ann', -60) })).toBe(401);
    expect(await publish('log:who', 1, {}, signed.url)).toMatchObject({ status: 401 });
  });

  test('PE1 a subscription token opens a channel until it expires', async () => {
    const ann = await token('ann');
    const letIn = (user: string, seconds = 600) =>
      new SignJWT({ channel: 'plans:a' })
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(user)
        .setExpirationTime(Math.floor(Date.now() / 1_000) + seconds)
        .sign(new TextEncoder().encode(SECRET));
    const ask = (more: Record<string, string>) =>
      fetch(signed.url + at('/poll', ['plans:a'], { token: ann, timeout: '0', ...more }));
    expect((await ask({})).status).toBe(403);
    expect((await ask({ subscription_token: await letIn('ann') })).status).toBe(200);
    expect((await ask({ subscription_token: await letIn('ben') })).status).toBe(401);
    expect((await ask({ subscription_token: await letIn('ann', -60) })).status).toBe(401);
    const elsewhere = { token: ann, subscription_token: await letIn('ann') };
    const wrong = await fetch(signed.url + at('/poll', ['plans:b'], elsewhere));
    expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining('subscription_token')]);
  });

  test('PE3 PE4 a person receives their rooms by cookie while they are a member, and writes only by operations', async () => {
    const ann = await register(signed, 'ann', signed.ownerInvite ?? '');
    const owner = clientOf(signed, ann);
    const { code } = await owner.call('accounts.createInvite', {});
    const ben = await register(signed, 'ben', code);
    const group = await owner.call('chat.createGroup', { title: 'Plain', members: [ben.id], key: 'k-12345678' });
    const room = `room:${group.id}`;
    const stream = await fetch(signed.url + at('/sse', [room]), { headers: { Cookie: ben.cookie() } });
    expect(stream.status).toBe(200);
    expect(await publish(room, 1, { Cookie: ben.cookie() }, signed.url)).toMatchObject({ status: 403 });
    await owner.call('chat.removeMember', { room: group.id, user: ben.id });
    const text = await stream.text();
    expect(text).toContain('event: unsubscribed');
    expect(text).toContain('"code":3507');
    expect((await fetch(signed.url + at('/sse', [room]), { headers: { Cookie: ben.cookie() } })).status).toBe(403);
  });

  test('PE1 pages of other origins get nothing; allowed ones get what their token grants', async () => {
    const from = (Origin: string, more: Record<string, string> = {}) =>
      fetch(signed.url + at('/poll', ['log:page'], more), { headers: { Origin } });
    expect((await from('https://evil.example')).status).toBe(403);
    const refused = await from(APP);
    expect([refused.status, refused.headers.get('Access-Control-Allow-Origin')]).toEqual([401, APP]);
    expect((await from(APP, { token: await token('ann') })).status).toBe(200);
    const preflight = await fetch(`${signed.url}/publish`, { method: 'OPTIONS', headers: { Origin: APP } });
    const allowed = preflight.headers.get('Access-Control-Allow-Headers');
    for (const header of ['Authorization', 'Idempotency-Key', 'Last-Event-ID']) expect(allowed).toContain(header);
  });
});

// go-sse 0.12 (event.go, `read`) passes on each block with any field, r3labs/sse 2.10 (client.go, `hasContent`) likewise.
test('HT10 a stream has no block without data but comments, from its first byte on', async () => {
  const response = await fetch(server.url + at('/sse', ['demo:blocks', 'log:blocks']));
  await publish('demo:blocks', 'one');
  let text = '';
  const decoder = new TextDecoder();
  for await (const bytes of response.body as ReadableStream<Uint8Array>) {
    text += decoder.decode(bytes, { stream: true });
    if (text.includes('"one"')) break;
  }
  const blocks = text.split('\n\n').filter((block) => block !== '' && !block.startsWith(':'));
  expect(blocks[0]).toMatch(/^retry: \d+\nevent: subscribed\n/);
  expect(blocks.filter((block) => !/^data: ./m.test(block))).toEqual([]);
});

test('SL1 a stream that is not read is closed, and the server’s memory is bounded', async () => {
  const response = await fetch(server.url + at('/sse', ['demo:slow']));
  const before = server.residentBytes();
  const data = 'x'.repeat(50_000);
  // 600 MB: a server that kept them would exceed the bound, while the collector may leave up to 200 MiB.
  for (let n = 0; n < 12_000; n += 1) await publish('demo:slow', data);
  expect(server.residentBytes() - before).toBeLessThan(320 * 1_024 * 1_024);
  const rest = await response.text().catch(() => '');
  expect(rest.length).toBeLessThan(50_000 * 12_000);
  // The received part has no gap.
  const offsets = [...rest.matchAll(/"offset":(\d+),"data":"x+"/g)].map(([, offset]) => Number(offset));
  expect(offsets).toEqual(offsets.map((_, index) => index + 1));
}, 30_000);

test('SL1 HT3 a stream that overflows while it opens gets a response', async () => {
  const small = await startBanyan({ BANYAN_CLIENT_INSECURE: 'true', BANYAN_MAX_CONNECTION_BACKLOG_BYTES: '16384' });
  const channels = Array.from({ length: 100 }, (_, n) => `log:${'x'.repeat(200)}-${n}`);
  // Announcing all channels takes more than the buffer holds.
  const response = await fetch(small.url + at('/sse', channels.slice(0, 60)));
  expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '1']);
  await small.stop();
});

describe('behind nginx with its defaults', () => {
  let nginx: Nginx;
  beforeAll(async () => {
    nginx = await startNginx(server.url);
  }, 300_000);
  afterAll(() => nginx?.stop());

  test('HT5 each event arrives at once, and the connection stays open', async () => {
    const { source, heard } = await listening(nginx.url + at('/sse', ['log:nginx']));
    for (const n of [1, 2, 3]) {
      await publish('log:nginx', n);
      await until(() => heard.length === n);
    }
    const lost: unknown[] = [];
    source.addEventListener('error', (event) => lost.push(event));
    await Bun.sleep(3_000);
    await publish('log:nginx', 4, {}, nginx.url);
    await until(() => heard.length === 4);
    expect([heard.map(({ offset }) => offset), lost]).toEqual([[1, 2, 3, 4], []]);
  }, 20_000);

  test('HT2 polls are answered when something is published', async () => {
    const { cursor } = await poll(['log:nginx-poll'], {}, nginx.url);
    const waiting = poll(['log:nginx-poll'], { cursor }, nginx.url);
    await publish('log:nginx-poll', 1, {}, nginx.url);
    expect((await waiting).publications).toMatchObject([{ data: 1 }]);
  });
});
