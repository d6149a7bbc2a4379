import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';

const PASSWORD = 'nine ivies climb the wall';

let server: BanyanProcess;

beforeAll(async () => {
  // As behind a proxy, so that the attacker can use many addresses.
  server = await startBanyan({ BANYAN_TRUSTED_PROXIES: '127.0.0.1,::1', BANYAN_REGISTRATION: 'open' });
}, 30_000);
afterAll(() => server?.stop());

type From = { readonly address: string; readonly cookie?: string };

function post(name: string, input: object, { address, cookie = '' }: From): Promise<Response> {
  const headers = { 'content-type': 'application/json', 'x-forwarded-for': address, cookie };
  return fetch(`${server.url}/api/v1/${name}`, { method: 'POST', headers, body: JSON.stringify(input) });
}

const cookiesOf = (response: Response) =>
  response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');

async function register(handle: string, address: string, invite?: string): Promise<string> {
  const response = await post('accounts.register', { handle, password: PASSWORD, invite }, { address });
  expect(response.status).toBe(200);
  return cookiesOf(response);
}

describe('attacks over HTTP', () => {
  let owner = '';
  let member = '';
  let victim = '';

  beforeAll(async () => {
    owner = await register('ada', '192.0.2.1', server.ownerInvite as string);
    member = await register('mallory', '192.0.2.2');
    const response = await post(
      'accounts.register',
      { handle: 'victim', password: PASSWORD },
      { address: '192.0.2.3' },
    );
    victim = ((await response.json()) as { id: string }).id;
  });

  test('AU2 AU9 wrong passwords from ten addresses, repeated, never lock the owner out', async () => {
    for (let round = 0; round < 3; round += 1) {
      const guesses = Array.from({ length: 10 }, (_, bot) =>
        post('accounts.signIn', { login: 'ada', password: 'not the password' }, { address: `203.0.113.${bot}` }),
      );
      for (const guess of await Promise.all(guesses)) expect(guess.status).toBe(401);
      const elsewhere = { address: `198.51.100.${round}` };
      const entered = await post('accounts.signIn', { login: 'ada', password: PASSWORD }, elsewhere);
      expect(entered.status).toBe(200);
      expect(cookiesOf(entered)).toMatch(/^banyan=[a-z2-9]{52}; banyan-known=[a-z2-9]{52}$/);
    }
    // Even in the network of an attacker that has used up its attempts, from a known browser.
    for (let guess = 0; guess < 12; guess += 1) {
      await post('accounts.signIn', { login: 'ada', password: 'not the password' }, { address: '203.0.113.9' });
    }
    const stranger = await post('accounts.signIn', { login: 'ada', password: PASSWORD }, { address: '203.0.113.9' });
    expect([stranger.status, Number(stranger.headers.get('retry-after')) > 0]).toEqual([429, true]);
    const known = { address: '203.0.113.9', cookie: owner.split('; ').at(-1) as string };
    expect((await post('accounts.signIn', { login: 'ada', password: PASSWORD }, known)).status).toBe(200);
  }, 60_000);

  test('CH11 creating groups with a stranger stops at twenty, with a time to retry', async () => {
    const by = { address: '192.0.2.2', cookie: member };
    const answers: Response[] = [];
    for (let index = 0; index < 60; index += 1) {
      const input = { title: `g${index}`, members: [victim], key: crypto.randomUUID() };
      answers.push(await post('chat.createGroup', input, by));
    }
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(20);
    const refused = answers.at(-1) as Response;
    const wait = Number(refused.headers.get('retry-after'));
    expect([refused.status, wait > 120, wait <= 180]).toEqual([429, true, true]);
    expect(await refused.json()).toMatchObject({ error: { name: 'tooManyRequests', retryAfter: wait } });
  }, 30_000);

  test('CH11 two thousand messages at once stop at half a minute’s worth', async () => {
    const by = { address: '192.0.2.2', cookie: member };
    const made = await post('chat.createGroup', { title: 'flood', members: [], key: crypto.randomUUID() }, by);
    const { id: room } = (await made.json()) as { id: string };
    const begun = Date.now();
    const statuses = await Promise.all(
      Array.from({ length: 800 }, async () => {
        const answer = await post('chat.send', { room, text: 'spam', key: crypto.randomUUID() }, by);
        return answer.status;
      }),
    );
    const seconds = (Date.now() - begun) / 1_000;
    const sent = statuses.filter((status) => status === 200).length;
    expect(statuses.filter((status) => status === 429)).toHaveLength(800 - sent);
    expect(sent).toBeGreaterThanOrEqual(300);
    expect(sent).toBeLessThanOrEqual(301 + Math.ceil(seconds * 10));
  }, 30_000);
});
