import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Operation } from '../../src/contracts/operation.ts';
import { ANONYMOUS, type Principal } from '../../src/core/access/principal.ts';
import { ClientError } from '../../src/core/errors.ts';
import type { OperationContext } from '../../src/core/operations/operation.ts';
import { Random } from '../simulation/random.ts';
import { inputs, patience } from './amounts.ts';
import { Callers } from './callers.ts';
import { garble, strangeText, word } from './garble.ts';
import { Installation } from './installation.ts';
import { Learned } from './learned.ts';
import { inputSchemas, type JsonSchema, makeInput } from './operation-inputs.ts';
import { SEED } from './seed.ts';

const CALLS = inputs(44_000);
/** Concurrent calls. */
const CONCURRENCY = 20;
const BETWEEN_CALLS_MS = 1_000;
/** The allowed heap difference between the halves: less than 180 bytes per call. */
const HEAP_SLACK = 4_000_000;
const MORE_CALLS = 60_000;

/** Input that failed once, tried in every field. */
const KNOWN: readonly string[] = [
  '{"length":{"toString":"no function"}}',
  '{"length":-1}',
  '{"__proto__":{"length":5}}',
  '{"toString":null,"valueOf":null}',
  '"\\ud800"',
  '"\\u0000"',
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
];

type Tally = { done: number; refused: number };
type Call = { readonly operation: Operation; readonly context: OperationContext; readonly input: unknown };

describe('every operation', () => {
  let installation: Installation;
  let schemas: ReadonlyMap<string, JsonSchema>;
  let callers: Callers;
  const learned = new Learned();
  const tallies = new Map<string, Tally>();

  beforeAll(async () => {
    installation = new Installation();
    schemas = inputSchemas(installation.app);
    // Called as in the examples of the API's description, so that those refer to existing people.
    const owner = await installation.register({ handle: 'ada' });
    const [ben, cy, di] = await Promise.all(['ben', 'cy', 'di'].map((handle) => installation.register({ handle })));
    const [admin, guest] = [
      await installation.become(owner, ben, 'admin'),
      await installation.become(owner, cy, 'guest'),
    ];
    callers = new Callers([owner, admin, guest, di as Principal, ANONYMOUS, { kind: 'external', user: 'external' }]);
  });
  afterAll(() => installation.close());

  test(
    `handles ${CALLS} inputs, valid and invalid, with a response or a public error (seed ${SEED})`,
    async () => {
      const random = new Random(SEED);
      await callMany(random, CALLS / 2);
      const before = await installation.heapBytes();
      await callMany(random, CALLS / 2);
      expect((await installation.heapBytes()) - before).toBeLessThan(HEAP_SLACK);
      expect(installation.errors).toEqual([]);
    },
    patience(CALLS),
  );

  test('succeeded and was refused at least once', async () => {
    const random = new Random(SEED + 1);
    // Calls that need a rare state succeed only sometimes.
    for (let left = MORE_CALLS; left > 0 && untried().length > 0; left -= CONCURRENCY)
      await callMany(random, CONCURRENCY);
    expect(untried()).toEqual([]);
  }, 120_000);

  test('refuses in each field the input that failed once', async () => {
    for (const operation of installation.app.operations.list) {
      const schema = schemas.get(operation.name) as JsonSchema;
      for (const field of ['', ...Object.keys(schema.properties ?? {})]) {
        for (const known of KNOWN) await make(knownCall(operation, field, JSON.parse(known)));
      }
    }
    expect(installation.errors).toEqual([]);
  });

  test('AU5 DA1 leaves a consistent database, one owner and people who can still send messages', async () => {
    const { sql } = installation.ports;
    const read = (statement: string) => sql.read({ sql: statement, params: [] });
    expect(await read('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect(await read('PRAGMA foreign_key_check')).toEqual([]);
    expect(await read("SELECT count(*) AS owners FROM users WHERE role = 'owner'")).toEqual([{ owners: 1 }]);
    const [eve, fay] = await Promise.all(['eve-after', 'fay-after'].map((handle) => installation.register({ handle })));
    const direct = await installation.call<{ id: string }>('chat.openDirect', { handle: 'fay-after' }, eve);
    await installation.call('chat.send', { room: direct.id, key: 'k-12345678', text: 'still here?' }, eve);
    const { entries } = await installation.call<{ entries: unknown[] }>('chat.history', { room: direct.id }, fay);
    expect(entries.at(-1)).toMatchObject({ kind: 'message', message: { text: 'still here?' } });
  });

  async function callMany(random: Random, count: number): Promise<void> {
    for (let left = count; left > 0; left -= CONCURRENCY) {
      const calls = Array.from({ length: CONCURRENCY }, () => makeCall(random));
      installation.clock.pass(BETWEEN_CALLS_MS * CONCURRENCY);
      // Dead letters are retried and removed all the time.
      await installation.createDeadLetter();
      await Promise.all(calls.map(make));
    }
  }

  function knownCall(operation: Operation, field: string, value: unknown): Call {
    const input = field === '' ? value : { [field]: value };
    return { operation, input, context: makeContext(new Random(SEED), callers.pick(new Random(0))) };
  }

  function untried(): string[] {
    const missing = installation.app.operations.list.filter(({ name }) => {
      const { done, refused } = tallyOf(name);
      return done === 0 || refused === 0;
    });
    return missing.map(({ name }) => name);
  }

  /** The operation of the two that succeeded less often. */
  function pickOperation(random: Random): Operation {
    const { list } = installation.app.operations;
    const [one, other] = [random.pick(list), random.pick(list)];
    return tallyOf(one.name).done < tallyOf(other.name).done ? one : other;
  }

  function makeCall(random: Random): Call {
    const operation = pickOperation(random);
    const schema = schemas.get(operation.name) as JsonSchema;
    const lesson = learned.pick(random, operation.name, Object.keys(schema.properties ?? {}));
    const principal = lesson !== undefined && random.chance(0.7) ? lesson.caller : callers.pick(random);
    const input = makeInput({ random, learned, facts: lesson?.facts ?? {} }, schema);
    return { operation, input, context: makeContext(random, principal) };
  }

  async function make({ operation, input, context }: Call): Promise<void> {
    const { name, output } = operation;
    try {
      const answer = await installation.app.operations.call(name, context, input);
      output.parse(JSON.parse(JSON.stringify(answer)));
      learned.learn(name, { input, output: answer, caller: context.principal });
      callers.meet(answer);
      tallyOf(name).done += 1;
    } catch (error) {
      if (!isPublic(error)) throw new Error(describeCall({ operation, input, context }), { cause: error });
      tallyOf(name).refused += 1;
    }
  }

  function tallyOf(name: string): Tally {
    const tally = tallies.get(name) ?? { done: 0, refused: 0 };
    tallies.set(name, tally);
    return tally;
  }
});

/** Over HTTP or a live connection, from a random address, with random browser headers. */
function makeContext(random: Random, principal: Principal): OperationContext {
  const address = random.chance(0.9)
    ? `192.0.${random.between(0, 255)}.${random.between(0, 255)}`
    : strangeText(random);
  if (random.chance(0.3)) return { principal, address, client: word(random) };
  const headers = new Headers({ 'User-Agent': garble(random, 'Mozilla/5.0 Chrome/149').replace(/[^\x20-\x7e]/g, '') });
  return { principal, address, http: { headers, url: 'http://localhost/', responseHeaders: new Headers() } };
}

function isPublic(error: unknown): boolean {
  return error instanceof ClientError && error.kind !== 'internal';
}

function describeCall({ operation, input, context }: Call): string {
  return `SEED=${SEED}: ${operation.name} ${JSON.stringify(context.principal)} ${JSON.stringify(input)}`;
}
