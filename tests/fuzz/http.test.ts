import { afterAll, beforeAll, describe, expect, spyOn, test } from 'bun:test';
import { connect } from 'node:net';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { register } from '../servers/people.ts';
import { Random } from '../simulation/random.ts';
import { inputs, patience } from './amounts.ts';
import { PUSHER_APP } from './installation.ts';
import { rawRequest, type Site } from './requests.ts';
import { SEED } from './seed.ts';

const REQUESTS = inputs(10_000);
const CONCURRENCY = 100;
/** A response that has not begun by then will not: the request is incomplete. */
const NO_ANSWER_MS = 300;
/** The end of a response: nothing has arrived for this long. */
const END_MS = 20;
/** The allowed growth of the process between the halves. */
const RESIDENT_SLACK = 80_000_000;
/** "Not implemented" and "HTTP version not supported": errors of the request, not of the server. */
const HARMLESS = new Set(['501', '505']);

describe('the HTTP edge', () => {
  let server: BanyanProcess;
  let site: Site;
  beforeAll(async () => {
    server = await startBanyan({
      BANYAN_REGISTRATION: 'open',
      BANYAN_TRUSTED_PROXIES: '127.0.0.1',
      BANYAN_PUSHER_APPS: JSON.stringify([PUSHER_APP]),
    });
    const { cookie } = await register(server, 'ada', server.ownerInvite ?? '');
    site = { host: new URL(server.url).host, cookie: cookie(), inputs: await inputsOf(server) };
  });
  afterAll(() => server.stop());

  test(
    `survives ${REQUESTS} malformed requests without a server error (seed ${SEED})`,
    async () => {
      const random = new Random(SEED);
      // Where the server's log goes; an unhandled rejection is an error too.
      const records = spyOn(console, 'error');
      const statuses = new Map<string, number>();
      await sendMany(random, statuses);
      const before = server.residentBytes();
      await sendMany(random, statuses);
      expect(server.residentBytes() - before).toBeLessThan(RESIDENT_SLACK);
      // Many succeeded and many failed: not everything was rejected at the edge.
      for (const status of ['101', '200', '400', '401', '404']) expect(statuses.get(status) ?? 0).toBeGreaterThan(5);
      await checkNewcomer();
      expect(records.mock.calls.flat().filter((record) => / error /.test(String(record)))).toEqual([]);
      records.mockRestore();
    },
    patience(REQUESTS),
  );

  /** Each uses its own connection, some concurrently. */
  async function sendMany(random: Random, statuses: Map<string, number>): Promise<void> {
    const requests = some(random);
    const sendOn = async () => {
      for (const request of requests) {
        for (const status of await send(request)) statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, sendOn));
    expect((await fetch(`${server.url}/livez`)).status).toBe(200);
  }

  /** Half of them. */
  function* some(random: Random): Generator<Uint8Array> {
    for (let left = REQUESTS / 2; left > 0; left -= 1) yield rawRequest(random, site);
  }

  async function send(bytes: Uint8Array): Promise<readonly string[]> {
    const answer = await exchange(server, bytes);
    const statuses = [...answer.matchAll(/^HTTP\/1\.[01] (\d{3})/gm)].map(([, status = '']) => status);
    if (!statuses.some((status) => status.startsWith('5') && !HARMLESS.has(status))) return statuses;
    throw new Error(
      `SEED=${SEED}: ${answer.slice(0, 500)} to ${JSON.stringify(Buffer.from(bytes).toString('latin1'))}`,
    );
  }

  /** A new person registers, from an address without earlier requests. */
  async function checkNewcomer(): Promise<void> {
    const headers = { 'Content-Type': 'application/json', 'X-Forwarded-For': '203.0.113.9' };
    const post = (name: string, body: object, cookie = '') =>
      fetch(`${server.url}/api/v1/${name}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { ...headers, Cookie: cookie },
      });
    const registered = await post('accounts.register', { handle: 'newcomer', password: 'nine ivies climb' });
    const { id } = (await registered.json()) as { id?: string };
    const [cookie] = registered.headers.getSetCookie();
    expect(await (await post('accounts.me', {}, cookie?.split(';')[0])).json()).toMatchObject({ id, role: 'member' });
  }
});

/** All bytes of the response, until nothing more arrives. */
function exchange({ url }: BanyanProcess, bytes: Uint8Array): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    const end = () => socket.destroy();
    let quiet = setTimeout(end, NO_ANSWER_MS);
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      clearTimeout(quiet);
      quiet = setTimeout(end, END_MS);
    });
    // A server may close the connection on malformed input.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(quiet);
      resolve(Buffer.concat(chunks).toString('latin1'));
    });
  });
}

/** The example of each operation, from the server's own description. */
async function inputsOf({ url }: BanyanProcess): Promise<ReadonlyMap<string, unknown>> {
  type Described = { post: { requestBody: { content: Record<string, { example?: unknown }> } } };
  const { paths } = (await (await fetch(`${url}/api/openapi.json`)).json()) as { paths: Record<string, Described> };
  return new Map(
    Object.entries(paths).map(([path, { post }]) => [
      path.replace('/api/v1/', ''),
      post.requestBody.content['application/json']?.example ?? {},
    ]),
  );
}
