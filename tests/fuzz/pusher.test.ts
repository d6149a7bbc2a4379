import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { digests } from '../../src/adapters/bun/digests.ts';
import type { Connection } from '../../src/core/protocol/connection.ts';
import type { Frame } from '../../src/core/protocol/protocol.ts';
import { Random } from '../simulation/random.ts';
import { inputs, patience } from './amounts.ts';
import { garble, oddJson, randomBytes, strangeText, strangeValue, word } from './garble.ts';
import { Installation, PUSHER_APP } from './installation.ts';
import type { Line } from './line.ts';
import { SEED } from './seed.ts';

/** With up to ten frames each. */
const CONNECTIONS = Math.ceil(inputs(55_000) / 5.5);
const REQUESTS = inputs(20_000);
/** The allowed heap difference between the halves. */
const HEAP_SLACK = 4_000_000;

const CHANNELS = [
  ...['news', 'private-a', 'presence-a', 'private-encrypted-a', 'cache-a', 'presence-cache-a', 'private-cache-a', ''],
  ...['#server-to-user-ann', '#server-to-user-', 'a:b', '__proto__', 'x'.repeat(300), '\0', 'é', '#'],
] as const;
const CODES = new Set([4009, 4300]);

let installation: Installation;
beforeAll(() => {
  installation = new Installation();
});
afterAll(() => installation.close());

/** A client's end of a connection, without a socket. */
class PusherLine implements Connection {
  readonly said: string[] = [];
  closedWith: number | undefined;
  readonly socketId: string;
  readonly #topics = new Set<string>();
  readonly #session;
  /** The fan-out identifies connections by their `send`. */
  readonly #listener = this as unknown as Line;

  constructor() {
    const { app } = installation;
    const admission = app.pusher.admit(new URL(`http://localhost/app/${PUSHER_APP.key}?protocol=7`));
    if (admission.kind === 'refused') throw new Error(admission.reason);
    const { connection } = admission;
    const { first, principal, socketId } = connection;
    this.socketId = socketId;
    this.#session = app.node.open({ connection: this, protocol: connection, principal, address: '', client: socketId });
    this.#session.take(first);
  }

  receive(frame: Frame): void {
    this.#session.receive(frame);
  }

  send(frame: Frame): void {
    this.said.push(String(frame));
  }

  backlog(): number {
    return 0;
  }

  join(topic: string): void {
    this.#topics.add(topic);
    installation.topics.join(topic, this.#listener);
  }

  leave(topic: string): void {
    this.#topics.delete(topic);
    installation.topics.leave(topic, this.#listener);
  }

  close(code: number): void {
    this.closedWith = code;
    for (const topic of this.#topics) this.leave(topic);
  }

  hangUp(): void {
    for (const topic of this.#topics) this.leave(topic);
    this.#session.closed();
  }
}

/** A client message, often signed correctly so that it gets past authentication. */
function message(random: Random, { socketId }: PusherLine): unknown {
  const channel = random.pick(CHANNELS);
  const channelData = oddJson(random, {
    user_id: random.pick(['ann', 'ben', 5, '']),
    user_info: strangeValue(random, 1),
  });
  const userData = oddJson(random, {
    id: random.pick(['ann', 'ben', 5]),
    watchlist: random.pick<unknown>([['ben'], ['ann', 'cy'], 'x', [1], null]),
  });
  const signed = (text: string) => `${PUSHER_APP.key}:${digests.hmacSha256(PUSHER_APP.secret, text)}`;
  const isPresence = channel.startsWith('presence-');
  switch (random.between(0, 8)) {
    case 0:
      return { event: 'pusher:ping', data: {} };
    case 1:
    case 2:
    case 3: {
      const auth = signed(isPresence ? `${socketId}:${channel}:${channelData}` : `${socketId}:${channel}`);
      return { event: 'pusher:subscribe', data: { channel, auth, ...(isPresence && { channel_data: channelData }) } };
    }
    case 4:
      return { event: 'pusher:unsubscribe', data: { channel } };
    case 5:
      return { event: 'pusher:signin', data: { auth: signed(`${socketId}::user::${userData}`), user_data: userData } };
    default:
      return {
        event: random.pick(['client-x', 'client-', 'pusher:x', strangeText(random)]),
        channel,
        data: strangeValue(random),
      };
  }
}

function frameOf(random: Random, line: PusherLine): Frame {
  if (random.chance(0.01)) return randomBytes(random, 100);
  const text = oddJson(random, random.chance(0.95) ? message(random, line) : strangeValue(random));
  return random.chance(0.9) ? text : garble(random, text);
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('SE6 PU1 input of Pusher clients', () => {
  test(
    `is answered, or closes only its own connection, and leaves nothing behind; ${CONNECTIONS} clients (seed ${SEED})`,
    async () => {
      const random = new Random(SEED);
      const { app, topics } = installation;
      await breakMany(random, CONNECTIONS / 2);
      const before = await installation.heapBytes();
      await breakMany(random, CONNECTIONS / 2);
      expect((await installation.heapBytes()) - before).toBeLessThan(HEAP_SLACK);
      expect([topics.size, app.node.connections, app.node.hub.size]).toEqual([0, 0, 0]);
      expect(installation.errors).toEqual([]);
    },
    patience(CONNECTIONS),
  );

  async function breakMany(random: Random, count: number): Promise<void> {
    for (let left = count; left > 0; left -= 1) await breakOne(random);
    for (let turns = 0; turns < 20; turns += 1) await turn();
  }

  async function breakOne(random: Random): Promise<void> {
    const line = new PusherLine();
    const frames: Frame[] = [];
    try {
      for (let left = random.between(1, 10); left > 0 && line.closedWith === undefined; left -= 1) {
        const frame = frameOf(random, line);
        frames.push(frame);
        line.receive(frame);
        if (random.chance(0.5)) await turn();
      }
      await turn();
      check(line);
    } catch (cause) {
      throw new Error(`SEED=${SEED}: ${JSON.stringify(frames)}`, { cause });
    }
    line.hangUp();
  }

  /** All output follows the protocol, and the connection was closed for a client error. */
  function check({ said, closedWith }: PusherLine): void {
    for (const each of said) {
      const { event, data, ...rest } = JSON.parse(each);
      expect(typeof event).toBe('string');
      expect(['string', event === 'pusher:error' ? 'object' : 'string']).toContain(typeof data);
      for (const name of Object.keys(rest)) expect(['channel', 'user_id']).toContain(name);
    }
    if (closedWith !== undefined) expect(CODES).toContain(closedWith);
  }
});

describe('PU7 requests of backends', () => {
  test(
    `are answered with a status of the API; ${REQUESTS} requests (seed ${SEED})`,
    async () => {
      const random = new Random(SEED);
      const statuses = new Map<number, number>();
      for (let left = REQUESTS; left > 0; left -= 1) {
        const request = requestOf(random);
        try {
          const status = await statusOf(request);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
        } catch (cause) {
          throw new Error(`SEED=${SEED}: ${JSON.stringify(request)}`, { cause });
        }
      }
      for (const status of statuses.keys()) expect([200, 400, 401, 404, 413]).toContain(status);
      for (const status of [200, 400, 401, 404]) expect(statuses.get(status) ?? 0).toBeGreaterThan(10);
      expect(installation.errors).toEqual([]);
    },
    patience(REQUESTS),
  );

  type Sent = { readonly method: string; readonly path: string; readonly query: string; readonly body: string };

  async function statusOf({ method, path, query, body }: Sent): Promise<number> {
    const url = new URL(`http://localhost${path}?${query}`);
    const signature = digests.hmacSha256(PUSHER_APP.secret, `${method}\n${url.pathname}\n${signedQuery(query)}`);
    const signed = `${url.href}&auth_signature=${signature}`;
    const request = new Request(signed, { method });
    const answer = await installation.app.pusherApi.answer(request as never, async () =>
      new TextEncoder().encode(body),
    );
    if (answer === undefined) return 404;
    const text = await answer.text();
    if (answer.status === 200) JSON.parse(text);
    return answer.status;
  }

  function signedQuery(query: string): string {
    return query.split('&').sort().join('&');
  }

  function requestOf(random: Random): Sent {
    const [method, path, body] = random.pick<() => readonly [string, string, string]>([
      () => ['POST', '/events', oddJson(random, event(random, { channels: [random.pick(CHANNELS), 'news'] }))],
      () => ['POST', '/events', oddJson(random, event(random, { channel: random.pick(CHANNELS) }))],
      () => [
        'POST',
        '/batch_events',
        oddJson(random, {
          batch: [event(random, { channel: 'news' }), strangeValue(random, 1)].slice(0, random.between(0, 2)),
        }),
      ],
      () => ['POST', `/users/${escaped(random)}/terminate_connections`, ''],
      () => ['GET', `/channels/${escaped(random)}`, ''],
      () => ['GET', `/channels/${escaped(random)}/users`, ''],
      () => ['GET', '/channels', ''],
      () => ['GET', `/${word(random)}`, ''],
    ])();
    const sent = random.chance(0.9) ? body : garble(random, body);
    const md5 = digests.md5(new TextEncoder().encode(sent));
    const time = Math.floor(installation.clock.now() / 1_000) + random.pick([0, 0, 0, 0, 599, 9_999]);
    const info = random.pick(['', '&info=user_count', '&info=cache', '&info=x', '&filter_by_prefix=presence-']);
    const query = `auth_key=${PUSHER_APP.key}&auth_timestamp=${time}&auth_version=1.0&body_md5=${md5}${info}`;
    const id = random.chance(0.97) ? PUSHER_APP.id : word(random);
    return {
      method,
      path: `/apps/${id}${path}`,
      query: random.chance(0.95) ? query : garble(random, query).replace('#', ''),
      body: sent,
    };
  }

  function event(random: Random, where: object): unknown {
    const data = random.chance(0.8) ? strangeText(random) : strangeValue(random);
    return {
      name: random.pick(['x', 'client-x', 'pusher:x', 'y'.repeat(300)]),
      data,
      ...where,
      ...(random.chance(0.2) && { socket_id: random.pick(['1.1', 'x', 5]) }),
    };
  }

  function escaped(random: Random): string {
    return random.chance(0.8)
      ? encodeURIComponent(random.pick(CHANNELS))
      : random.pick(['%', '%ff', '..', 'a%2fb', 'ü']);
  }
});
