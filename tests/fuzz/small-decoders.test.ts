import { describe, expect, test } from 'bun:test';
import { createTokens, type Grant, type SignedIn } from '../../src/core/access/tokens.ts';
import { Application, type Asking } from '../../src/core/backend/application.ts';
import { createTagFilter, type FilterNode } from '../../src/core/channels/tag-filter.ts';
import { DisconnectError } from '../../src/core/disconnects.ts';
import { ClientError } from '../../src/core/errors.ts';
import { BACKEND_EVENTS, type BackendAnswer, type BackendEvent } from '../../src/ports/backend.ts';
import { decodeMessage } from '../../src/protocols/pusher/decode.ts';
import { dataOfText, textOfData } from '../../src/protocols/pusher/event-data.ts';
import { BATCH, EVENT, parseParameters } from '../../src/protocols/pusher/http-requests.ts';
import { readPairs } from '../../src/protocols/pusher/http-signature.ts';
import { Random } from '../simulation/random.ts';
import { DECODED, inputs, patience } from './amounts.ts';
import { garble, garbleBytes, oddJson, strangeText, strangeValue, word } from './garble.ts';
import { tryHalves } from './halves.ts';
import { SEED } from './seed.ts';

/** A signature is created and verified for each, which takes most of the time. */
const TOKENS = inputs(100_000);
/** The allowed heap difference between the halves: less than 10 bytes per input. */
const NOW = Date.UTC(2026, 0, 1);
const SECRET = 'a secret of the tests that nobody else knows';
const encoder = new TextEncoder();

type Target<Input> = {
  readonly name: string;
  /** How many to try. */
  readonly count: number;
  make(random: Random): Input;
  /** Throws the protocol's refusal. */
  read(input: Input): unknown;
  /** The decoder's own refusal. */
  isRefusal(error: unknown): boolean;
};

const isBadRequest = (error: unknown) =>
  (error instanceof DisconnectError || error instanceof ClientError) && error.kind === 'badRequest';

/** Mostly valid. */
const broken = (random: Random, text: string) => (random.chance(0.4) ? garble(random, text) : text);

const pusherFrames: Target<string> = {
  name: 'frames of Pusher clients',
  count: DECODED,
  make: (random) => {
    const subscribed = { channel: word(random), auth: strangeText(random), channel_data: strangeText(random) };
    const data = random.pick<unknown>([
      subscribed,
      oddJson(random, subscribed),
      { auth: word(random), user_data: strangeText(random) },
      strangeValue(random),
    ]);
    const event = random.pick(['ping', 'pong', 'subscribe', 'unsubscribe', 'signin']);
    return broken(random, oddJson(random, { event: random.chance(0.8) ? `pusher:${event}` : word(random), data }));
  },
  read: (text) => {
    const message = decodeMessage(text);
    if (message.kind === 'subscribe' || message.kind === 'unsubscribe') expect(message.name).toBeString();
    if (message.kind === 'event')
      expect(typeof message.event === 'string' && typeof message.name === 'string').toBe(true);
    return message;
  },
  isRefusal: isBadRequest,
};

const pusherBodies: Target<Uint8Array> = {
  name: 'bodies of Pusher backends',
  count: DECODED,
  make: (random) => {
    const event = () => ({
      ...{ name: random.chance(0.9) ? word(random) : strangeText(random), data: strangeText(random) },
      ...random.pick<object>([{ channel: word(random) }, { channels: [word(random), 'b'] }, {}]),
      ...(random.chance(0.2) && { socket_id: random.pick<unknown>(['1.1', 'x', 5, null]) }),
      ...(random.chance(0.2) && { info: random.pick(['user_count', 'user_count,subscription_count', 'x']) }),
    });
    const body = encoder.encode(broken(random, oddJson(random, random.chance(0.5) ? event() : { batch: [event()] })));
    return random.chance(0.1) ? garbleBytes(random, body) : body;
  },
  read: (body) => {
    const read =
      'batch' in JSON.parse(new TextDecoder().decode(body))
        ? parseParameters(BATCH, body, [])
        : parseParameters(EVENT, body, []);
    for (const { data } of 'batch' in read ? read.batch : [read]) {
      const kept = dataOfText(data);
      expect(kept).not.toContain('\n');
      JSON.parse(kept);
      expect(textOfData(kept).replaceAll(/[\r\n ]+/g, '')).toBe(data.replaceAll(/[\r\n ]+/g, ''));
    }
    return read;
  },
  // Input that is not a JSON object is filtered out by this test, before the decoder.
  isRefusal: (error) => isBadRequest(error) || error instanceof SyntaxError || error instanceof TypeError,
};

const pusherQueries: Target<string> = {
  name: 'queries of Pusher backends',
  count: DECODED,
  make: (random) => {
    const fields = { auth_key: word(random), auth_timestamp: '1', info: strangeText(random), [word(random)]: '' };
    const query = Object.entries(fields).map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`);
    if (random.chance(0.2)) query.push(`filter=%${word(random)}`);
    return random.chance(0.7) ? garble(random, query.join('&')) : query.join('&');
  },
  read: (query) => {
    for (const [name, value] of readPairs(query))
      expect(typeof name === 'string' && typeof value === 'string').toBe(true);
  },
  isRefusal: isBadRequest,
};

function filterNode(random: Random, depth: number): FilterNode {
  const cmp = random.pick(['eq', 'neq', 'in', 'nin', 'ex', 'nex', 'sw', 'ew', 'ct', 'gt', 'gte', 'lt', 'lte', 'x']);
  const number = random.pick(['1', '-0', '1.50', '9'.repeat(64), '1e5', '', '.5', '1'.repeat(65)]);
  const nodes = random.between(0, depth > 0 ? 3 : 0);
  return {
    op: nodes > 0 ? random.pick(['and', 'or', 'not', 'and', 'or', '', 'xor']) : '',
    key: random.chance(0.95) ? random.pick(['a', '__proto__', 'toString']) : strangeText(random),
    cmp,
    val: random.chance(0.7) ? number : strangeText(random),
    vals: Array.from({ length: random.between(0, 3) }, () => strangeText(random)),
    nodes: Array.from({ length: nodes }, () => filterNode(random, depth - 1)),
  };
}

const tagFilters: Target<readonly [FilterNode, Record<string, string> | undefined]> = {
  name: 'tag filters',
  count: DECODED,
  make: (random) => [
    filterNode(random, random.between(0, 9)),
    random.chance(0.1) ? undefined : { a: random.pick(['1', '1.5', '-3', '', strangeText(random)]), b: 'x' },
  ],
  read: ([node, tags]) => {
    const { id, matches } = createTagFilter(node);
    expect(id.length).toBeLessThanOrEqual(4_096);
    expect(typeof matches(tags)).toBe('boolean');
    // The same filter matches the same and has the same key; only some are evaluated, as this takes longer than the
    // rest.
    if (id.length % 16 !== 0) return;
    const again = createTagFilter(structuredClone(node));
    expect([again.id, again.matches(tags)]).toEqual([id, matches(tags)]);
  },
  isRefusal: isBadRequest,
};

/** Tokens with random headers and claims, signed where that makes the claims count. */
function token(random: Random): string {
  const part = (text: string) => Buffer.from(text).toString('base64url');
  const head = random.chance(0.9) ? '{"alg":"HS256"}' : oddJson(random, { alg: strangeText(random), crit: ['x'] });
  const claims = oddJson(random, {
    sub: random.chance(0.8) ? word(random) : strangeValue(random, 1),
    ...(random.chance(0.3) && { exp: random.pick<unknown>([NOW / 1_000 + 60, 1, 1e300, 'x', null, -1]) }),
    ...(random.chance(0.3) && { expire_at: random.pick<unknown>([0, 5, 'x', 1e300]) }),
    ...(random.chance(0.3) && { info: strangeValue(random, 1) }),
    ...(random.chance(0.2) && { b64info: random.pick<unknown>(['e30=', '%', 5, '/w==']) }),
    ...(random.chance(0.3) && { channels: random.pick<unknown>([['a', 'b'], 'a', [1], {}]) }),
    ...(random.chance(0.3) && { subs: random.pick<unknown>([{ a: {} }, [], null, 'x']) }),
    ...(random.chance(0.5) && { channel: random.chance(0.8) ? word(random) : strangeValue(random, 1) }),
  });
  const signed = `${part(head)}.${part(claims)}`;
  const whole = `${signed}.${new Bun.CryptoHasher('sha256', SECRET).update(signed).digest('base64url')}`;
  return random.chance(0.3) ? garble(random, whole) : whole;
}

const settings = { secret: SECRET, publicKey: '', jwksUrl: '', issuer: '', audience: '', leewaySeconds: 5 };
const tokens = createTokens(settings, () => NOW);

const tokenTexts: Target<readonly ['connection' | 'subscription', string]> = {
  name: 'tokens',
  count: TOKENS,
  make: (random) => [random.pick(['connection', 'subscription']), token(random)],
  read: ([kind, text]) =>
    kind === 'connection' ? tokens.connection(text).then(checkSignedIn) : tokens.subscription(text).then(checkGrant),
  isRefusal: (error) =>
    (error instanceof DisconnectError && error.kind === 'invalidToken') ||
    (error instanceof ClientError && error.kind === 'tokenExpired'),
};

function checkSignedIn({ principal, expiresAt = 0, info = '0', channels = [] }: SignedIn): void {
  expect(principal.kind === 'external' || principal.kind === 'anonymous').toBe(true);
  expect(typeof expiresAt === 'number' && channels.every((channel) => typeof channel === 'string')).toBe(true);
  JSON.parse(info);
}

function checkGrant({ channel, user, info = '0' }: Grant): void {
  expect(channel !== '' && typeof user === 'string').toBe(true);
  JSON.parse(info);
}

const ASKING: Asking = {
  client: 'c',
  principal: { kind: 'external', user: 'u' },
  address: '',
  ...{ protocol: 'json', transport: 'websocket' },
};
let answer: BackendAnswer;
const application = new Application({
  hears: () => true,
  ask: async () => answer,
  poll: async () => answer,
});
const QUESTIONS: Readonly<Record<BackendEvent, () => Promise<unknown>>> = {
  connect: () => application.connect(ASKING, { since: new Map() }),
  refresh: () => application.refresh(ASKING),
  subscribe: () => application.subscribe(ASKING, 'a', undefined),
  sub_refresh: () => application.subRefresh(ASKING, 'a'),
  publish: () => application.publish(ASKING, { channel: 'a', data: '1' }).then(({ data }) => JSON.parse(data)),
  map_publish: () =>
    application.publish(ASKING, { channel: 'a', data: '1', entry: { key: 'k' } }).then(({ data }) => JSON.parse(data)),
  map_remove: () =>
    application
      .publish(ASKING, { channel: 'a', data: 'null', entry: { key: 'k', removed: true } })
      .then(({ data }) => JSON.parse(data)),
  rpc: () => application.rpc(ASKING, 'm', '{}'),
};

const backendAnswers: Target<readonly [BackendEvent, string]> = {
  name: 'answers of a backend',
  count: DECODED,
  make: (random) => {
    const result = {
      ...{ user: random.chance(0.8) ? word(random) : strangeValue(random, 1), data: strangeValue(random, 1) },
      ...(random.chance(0.3) && { expire_at: random.pick<unknown>([0, 5, -1, 1.5, 'x']) }),
      ...(random.chance(0.3) && { info: strangeValue(random, 1) }),
      ...(random.chance(0.3) && { channels: random.pick<unknown>([['a'], [1], 'a']) }),
      ...(random.chance(0.3) && { expired: random.pick<unknown>([true, false, 'x']) }),
    };
    const envelope = random.pick<unknown>([
      ...[{ result }, { result }, { result: strangeValue(random) }, { result: null }],
      { error: { code: random.between(300, 2_100), message: strangeText(random), temporary: random.chance(0.5) } },
      { disconnect: { code: random.between(2_900, 5_100), reason: strangeText(random) } },
      strangeValue(random),
    ]);
    return [random.pick(BACKEND_EVENTS), broken(random, oddJson(random, envelope))];
  },
  read: ([event, text]) => {
    answer = { text, value: JSON.parse(text) };
    return QUESTIONS[event]();
  },
  // The adapter parses JSON, and reports the backend as unavailable if it is invalid.
  isRefusal: (error) => error instanceof SyntaxError || isAnswer(error),
};

function isAnswer(error: unknown): boolean {
  return error instanceof ClientError || error instanceof DisconnectError;
}

/** Each input is of its own target's kind. */
const TARGETS = [
  pusherFrames,
  pusherBodies,
  pusherQueries,
  tagFilters,
  tokenTexts,
  backendAnswers,
] as readonly Target<unknown>[];

describe('SE6 decoders', () => {
  for (const target of TARGETS) {
    const { name, count } = target;
    test(
      `${name}: ${count} inputs are parsed or refused, and nothing is retained (seed ${SEED})`,
      async () => {
        const random = new Random(SEED);
        await tryHalves({ count, tryMany: (half) => tryMany(random, target, half), least: 0.1, most: 0.95 });
      },
      patience(count),
    );
  }
});

/** How many of this many were refused. */
async function tryMany(random: Random, target: Target<unknown>, count: number): Promise<number> {
  let refused = 0;
  for (let left = count; left > 0; left -= 1) {
    const input = target.make(random);
    try {
      await target.read(input);
    } catch (error) {
      if (!target.isRefusal(error)) throw new Error(`SEED=${SEED}: ${JSON.stringify(input)}`, { cause: error });
      refused += 1;
    }
  }
  return refused;
}
