import { afterAll, beforeAll, expect, test } from 'bun:test';
import { ClientError } from '../../src/core/errors.ts';
import { REQUESTS } from '../../src/protocols/server-api/requests.ts';
import { Random } from '../simulation/random.ts';
import { inputs, patience } from './amounts.ts';
import { garble, oddJson, strangeText, word } from './garble.ts';
import { API_KEY, Installation } from './installation.ts';
import { SEED } from './seed.ts';

const COUNT = inputs(20_000);
/** The allowed heap difference between the halves. */
const HEAP_SLACK = 4_000_000;
const CHANNELS = ['demo:a', 'demo:b', 'log:a', 'rooms:a', 'user:x', 'room:', 'unknown:a', '', ':'] as const;
/** Publishing is tried most often: it has the most to parse. */
const METHODS = [...Object.keys(REQUESTS), 'publish', 'publish', 'broadcast'];

let installation: Installation;
beforeAll(() => {
  installation = new Installation();
});
afterAll(() => installation.close());

test(
  `SE6 requests of backends get a result or a public error; ${COUNT} of them (seed ${SEED})`,
  async () => {
    const random = new Random(SEED);
    const statuses = new Map<number, number>();
    await askMany(random, statuses);
    const before = await installation.heapBytes();
    await askMany(random, statuses);
    expect((await installation.heapBytes()) - before).toBeLessThan(HEAP_SLACK);
    for (const status of statuses.keys()) expect([200, 400, 401, 404, 413]).toContain(status);
    for (const status of [200, 400, 401]) expect(statuses.get(status) ?? 0).toBeGreaterThan(10);
    expect(installation.errors).toEqual([]);
  },
  patience(COUNT),
);

async function askMany(random: Random, statuses: Map<number, number>): Promise<void> {
  for (let left = COUNT / 2; left > 0; left -= 1) {
    const [path, body] = requestOf(random);
    try {
      const status = await statusOf(path, body, random.chance(0.98) ? API_KEY : strangeText(random));
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    } catch (cause) {
      throw new Error(`SEED=${SEED}: ${path} ${JSON.stringify(body)}`, { cause });
    }
  }
}

/** Called as the HTTP edge does, which answers a thrown `ClientError` with its status. */
async function statusOf(path: string, body: string, key: string): Promise<number> {
  const headers = { 'x-api-key': key.replaceAll(/[^\x20-\x7e]/g, '') };
  const request = new Request(`http://localhost${path}`, { method: 'POST', headers });
  try {
    const answer = await installation.app.serverApi.answer(request, async () => body);
    if (answer === undefined) return 404;
    for (const line of (await answer.text()).split('\n').filter((each) => each !== '')) checkAnswer(JSON.parse(line));
    return answer.status;
  } catch (error) {
    if (error instanceof ClientError && error.kind !== 'internal') return error.status;
    throw error;
  }
}

/** A result, or an error that is not internal. */
function checkAnswer(answer: {
  readonly result?: unknown;
  readonly replies?: unknown;
  readonly error?: { readonly code: number };
}): void {
  expect('result' in answer || 'replies' in answer || answer.error !== undefined).toBe(true);
  expect(answer.error?.code).not.toBe(new ClientError('internal').code);
}

function requestOf(random: Random): readonly [path: string, body: string] {
  const command = () => [random.chance(0.97) ? random.pick(METHODS) : word(random), params(random)] as const;
  const [method, given] = command();
  const commands = () => Array.from({ length: random.between(0, 4) }, command);
  const [path, body] = random.pick<() => readonly [string, string]>([
    ...Array.from({ length: 6 }, () => () => [`/api/${method}`, oddJson(random, given)] as const),
    () => ['/api/batch', oddJson(random, { commands: commands().map(([name, of]) => ({ [name]: of })) })],
    () => [
      '/api',
      commands()
        .map(([name, of]) => JSON.stringify({ method: name, params: of }))
        .join('\n'),
    ],
  ])();
  return [path, random.chance(0.8) ? body : garble(random, body)];
}

function params(random: Random): unknown {
  if (random.chance(0.05)) return random.chance(0.5) ? [] : null;
  const maybe = (name: string, value: unknown) =>
    random.chance(0.7) ? { [name]: random.chance(0.95) ? value : strangeText(random) } : {};
  return {
    channel: random.pick(CHANNELS),
    ...maybe('channels', [random.pick(CHANNELS), 'demo:b']),
    ...maybe('data', random.pick<unknown>([{ a: 1 }, 'x', null, 0])),
    ...(random.chance(0.1) && { b64data: random.pick(['eA==', '%', '']) }),
    ...(random.chance(0.2) && maybe('tags', { a: 'b' })),
    ...(random.chance(0.2) && maybe('idempotency_key', word(random))),
    ...maybe('key', word(random)),
    ...maybe('user', word(random)),
    ...(random.chance(0.3) && maybe('limit', random.between(-2, 50))),
    ...(random.chance(0.2) && maybe('since', { offset: random.between(-1, 9), epoch: word(random) })),
    ...(random.chance(0.2) && { pattern: random.pick(['*', 'demo:*', '***?', strangeText(random)]) }),
    ...(random.chance(0.2) && maybe('client', word(random))),
    ...(random.chance(0.2) && maybe('session', word(random))),
    ...(random.chance(0.2) && maybe('expire_at', random.between(-1, 2_000_000_000))),
    ...(random.chance(0.2) && maybe('disconnect', { code: random.between(2_900, 5_100), reason: word(random) })),
    ...(random.chance(0.2) && maybe('method', word(random))),
    ...(random.chance(0.2) && maybe('recover_since', { offset: random.between(-1, 9), epoch: word(random) })),
    ...(random.chance(0.05) && { more: strangeText(random) }),
  };
}
