import { afterEach, describe, expect, test } from 'bun:test';
import { connect, type Socket } from 'node:net';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { clientOf, register } from '../servers/people.ts';
import { findViolations } from './oracle.ts';
import { RawClient } from './raw-client.ts';
import { inTime, until } from './tally.ts';
import { Traffic } from './traffic.ts';

const STOP_MS = 10_000;
const CHANNELS = ['log:one', 'log:two'];
/** A reader that reconnects last may have missed more than the default recovery limit of 300. */
const INSECURE = { BANYAN_CLIENT_INSECURE: 'true', BANYAN_HISTORY_LIMIT: '10000' };

let server: BanyanProcess;
const cleanups: (() => void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) cleanup();
  await server.stop();
});

function createTraffic(): Traffic {
  const traffic = new Traffic(server.socketUrl);
  cleanups.push(() => traffic.close());
  return traffic;
}

/** A request whose body does not end until `finish`. */
class SlowRequest {
  readonly answer: Promise<string>;
  readonly #socket: Socket;
  readonly #rest: string;

  constructor(url: string, path: string, { cookie = '', body }: { readonly cookie?: string; readonly body: object }) {
    const { hostname, port, host } = new URL(url);
    const json = JSON.stringify(body);
    this.#rest = json.slice(1);
    this.#socket = connect(Number(port), hostname);
    this.#socket.on('error', () => undefined);
    cleanups.push(() => this.#socket.destroy());
    const headers = [`Host: ${host}`, 'Content-Type: application/json', `Cookie: ${cookie}`, 'Connection: close'];
    const head = [`POST ${path} HTTP/1.1`, ...headers, `Content-Length: ${json.length}`, '', ''].join('\r\n');
    this.#socket.write(head + json.slice(0, 1));
    let answer = '';
    this.#socket.on('data', (bytes) => {
      answer += bytes;
    });
    this.answer = new Promise((resolve) => this.#socket.on('close', () => resolve(answer)));
  }

  /** Resolves once the server has started the request. */
  async begun(): Promise<void> {
    await until('the connection', () => !this.#socket.connecting && this.#socket.bytesWritten > 0);
    // The server handles requests in arrival order.
    await (await fetch(`${server.url}/livez`)).text();
  }

  finish(): void {
    this.#socket.write(this.#rest);
  }
}

describe('SE7 DR4: a stop', () => {
  test('under load: clients get 3001, no new ones connect, and all accepted publications are stored', async () => {
    server = await startBanyan(INSECURE);
    const traffic = createTraffic();
    await traffic.follow('reader', CHANNELS);
    for (const [index, name] of ['ada', 'bob', 'cyd'].entries()) {
      await traffic.send({ name, lanes: 8, channel: () => CHANNELS[index % CHANNELS.length] as string });
    }
    const raw = await RawClient.connect(server.socketUrl);
    for (let round = 0; round < 5; round += 1) {
      traffic.lost.length = 0;
      await traffic.acks.next(100 + 37 * round);
      const witness = round === 0 ? raw : await RawClient.connect(server.socketUrl);
      const asked = Date.now();
      server.signal('SIGTERM');
      expect(await inTime('the close', witness.closed)).toBe(3001);
      const entered = RawClient.open(server.socketUrl).then(
        () => 'in',
        () => 'refused',
      );
      expect(await entered).toBe('refused');
      expect(await server.exited).toBe(0);
      expect(Date.now() - asked).toBeLessThan(STOP_MS);
      expect(new Set(traffic.lost)).toEqual(new Set([3001]));
      await server.restart();
    }
    await traffic.settle();
    expect(findViolations(await traffic.evidence())).toEqual([]);
  }, 60_000);

  test('waits for running requests and answers them', async () => {
    server = await startBanyan();
    const ada = await register(server, 'ada', server.ownerInvite as string);
    const client = clientOf(server, ada);
    cleanups.push(() => client.disconnect());
    const { id: room } = await client.call('chat.createGroup', { title: 'Ivy', members: [], key: 'the-only-group' });
    client.connect();
    await until('the connection', () => client.connection.get().kind === 'connected');
    const body = { room, key: 'the-last-message', text: 'still in time' };
    const request = new SlowRequest(server.url, '/api/v1/chat.send', { cookie: ada.cookie(), body });
    await request.begun();
    server.signal('SIGTERM');
    await until('the reconnect push', () => client.connection.get().kind === 'connecting');
    request.finish();
    expect(await request.answer).toStartWith('HTTP/1.1 200 ');
    expect(await server.exited).toBe(0);
    await server.restart();
    const { entries } = await clientOf(server, ada).call('chat.history', { room });
    expect(entries.at(-1)).toMatchObject({ kind: 'message', message: { text: 'still in time' } });
  }, 30_000);

  /** A reader that does not read, and a request that does not end. */
  async function holdUp(): Promise<Traffic> {
    server = await startBanyan(INSECURE);
    const traffic = createTraffic();
    const publisher = await traffic.connect();
    const stalled = await RawClient.connect(server.socketUrl);
    cleanups.push(() => stalled.end());
    await stalled.ask({ subscribe: { channel: 'log:one' } });
    stalled.stopReading();
    for (let count = 0; count < 150; count += 1) {
      const id = `long-${count}`;
      await traffic.publish(publisher, { channel: 'log:one', sender: 'publisher', id }, 'x'.repeat(30_000));
    }
    await new SlowRequest(server.url, '/api/v1/accounts.signIn', { body: { login: 'nobody' } }).begun();
    return traffic;
  }

  test('is delayed neither by a reader that does not read nor by a request that does not end', async () => {
    const traffic = await holdUp();
    const asked = Date.now();
    server.signal('SIGTERM');
    // Repeated signals within a short time count as one.
    server.signal('SIGTERM');
    expect(await server.exited).toBe(0);
    expect(Date.now() - asked).toBeLessThan(STOP_MS);
    await server.restart();
    expect(findViolations(await traffic.evidence())).toEqual([]);
  }, 60_000);

  test('is cut short by a second signal, and everything acked is stored', async () => {
    const traffic = await holdUp();
    server.signal('SIGTERM');
    // A signal sent sooner could count as the same one.
    await Bun.sleep(1_500);
    server.signal('SIGINT');
    expect(await server.exited).toBe(130);
    await server.restart();
    expect(findViolations(await traffic.evidence())).toEqual([]);
  }, 60_000);
});

describe('a drain', () => {
  /** Few per second, so that there is time to observe. */
  const SLOW = { ...INSECURE, BANYAN_CONNECTS_PER_SECOND: '10', BANYAN_DRAIN_SECONDS: '60' };

  async function connect(count: number): Promise<RawClient[]> {
    const raws: RawClient[] = [];
    for (let each = 0; each < count; each += 1) raws.push(await RawClient.connect(server.socketUrl));
    cleanups.push(() => {
      for (const raw of raws) raw.end();
    });
    return raws;
  }

  const refusal = async (what: Promise<unknown>) =>
    what.then(
      () => 'in',
      (error: Error) => error.message,
    );

  test('DR1: new clients are refused with Retry-After, connected ones are served, and readiness fails', async () => {
    server = await startBanyan(SLOW);
    const raws = await connect(40);
    const readers = await Promise.all(raws.map((raw) => raw.ask({ subscribe: { channel: 'log:one' } })));
    expect(readers).toHaveLength(40);
    server.signal('SIGTERM');
    await Promise.race(raws.map(({ closed }) => closed));
    const ready = await fetch(`${server.url}/readyz`);
    expect([ready.status, (await ready.json()) as object]).toEqual([
      503,
      expect.objectContaining({ status: 'draining' }),
    ]);
    expect(await refusal(RawClient.open(server.socketUrl))).toMatch(/ 503 .*\r\nRetry-After: \d/is);
    const stream = await fetch(`${server.url}/sse?channel=log:one`, { headers: { Accept: 'text/event-stream' } });
    expect([stream.status, await stream.text()]).toEqual([
      200,
      expect.stringMatching(/^retry: \d+\nevent: disconnect\n/),
    ]);
    const published = await fetch(`${server.url}/publish?channel=log:one`, { method: 'POST', body: '"still here"' });
    expect(published.status).toBe(200);
    const last = raws.at(-1) as RawClient;
    await until('the publication', () => last.publications('log:one').length === 1);
    expect(await Promise.all(raws.map(({ closed }) => closed))).toEqual(Array(40).fill(3001));
    expect(await server.exited).toBe(0);
  }, 30_000);

  test('DR2: of few clients has no delay', async () => {
    server = await startBanyan({ ...SLOW, BANYAN_CONNECTS_PER_SECOND: '1000' });
    const raws = await connect(5);
    server.signal('SIGINT');
    expect(await Promise.all(raws.map(({ closed }) => closed))).toEqual(Array(5).fill(3001));
    expect(await server.exited).toBe(0);
  }, 30_000);

  test('DR3: ends at once on a second signal, with a clean stop', async () => {
    // Without the signal it would take a minute.
    server = await startBanyan({ ...SLOW, BANYAN_CONNECTS_PER_SECOND: '1' });
    const raws = await connect(100);
    server.signal('SIGTERM');
    await Promise.race(raws.map(({ closed }) => closed));
    const last = raws.at(-1) as RawClient;
    expect((await last.ask({ publish: { channel: 'log:one', data: 'while it drains' } })).error).toBeUndefined();
    // A signal sent sooner could count as the same one.
    await Bun.sleep(1_500);
    server.signal('SIGTERM');
    expect(await Promise.all(raws.map(({ closed }) => closed))).toEqual(Array(100).fill(3001));
    expect(await server.exited).toBe(0);
    await server.restart();
    const [back] = await connect(1);
    const answer = await back?.ask({ history: { channel: 'log:one', limit: 10 } });
    expect(answer?.history).toMatchObject({ publications: [{ data: 'while it drains', offset: 1 }] });
  }, 60_000);
});
