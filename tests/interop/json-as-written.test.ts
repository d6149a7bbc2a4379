import { afterAll, beforeAll, expect, test } from 'bun:test';
import { inputs, patience } from '../fuzz/amounts.ts';
import { SEED } from '../fuzz/seed.ts';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { Random } from '../simulation/random.ts';
import { APPS } from './json-as-written/pusher-auth.ts';
import { openReaders, type Reader, readHistories, shown } from './json-as-written/readers.ts';
import { anyValue, depthOf, STUMBLING_BLOCKS, type Value } from './json-as-written/values.ts';
import { openWriters, Refused, storedAs, type Writer } from './json-as-written/writers.ts';
import { until } from './until.ts';
import { API_KEY } from './ways/way.ts';

/** Fewer than `demo` keeps, so that history has the whole channel. */
const CHANNEL_VALUES = 90;
const COUNT = inputs(180);
/** LI10. */
const DEPTH_LIMIT = 200;

let server: BanyanProcess;
let writers: readonly Writer[];
beforeAll(async () => {
  server = await startBanyan({
    ...{ BANYAN_CLIENT_INSECURE: 'true', BANYAN_API_KEYS: API_KEY, BANYAN_PUSHER_APPS: JSON.stringify(APPS) },
  });
  writers = await openWriters(server.url);
});
afterAll(async () => {
  for (const writer of writers) writer.close();
  await server.stop();
});

/** The values to publish, and the writers. */
type Saying = { readonly writer: Writer; readonly value: Value };

function writerOf(random: Random, { kind }: Value): Writer {
  return random.pick(writers.filter(({ takes }) => takes.includes(kind)));
}

/** Publishes one value after another; returns the channel's content as text, with the writers. */
async function sayAll(channel: string, sayings: readonly Saying[]): Promise<readonly (readonly [string, string])[]> {
  const said: (readonly [string, string])[] = [];
  for (const { writer, value } of sayings) {
    const json = writer.stores?.(value) ?? storedAs(value);
    const isTaken = depthOf(json) <= DEPTH_LIMIT && !isNothing(writer, value);
    const outcome = await writer.write(channel, value).then(
      () => true,
      (error: unknown) => error,
    );
    if (isTaken ? outcome !== true : !(outcome instanceof Refused)) {
      throw new Error(`SEED=${SEED}: ${writer.name} and ${json.slice(0, 500)}`, { cause: outcome });
    }
    if (isTaken) said.push([writer.name, json]);
  }
  return said;
}

/** In Protobuf, empty bytes cannot be distinguished from absent data (SO15). */
function isNothing({ name }: Writer, value: Value): boolean {
  return name === 'Centrifuge Protobuf' && (value.kind === 'bytes' ? value.bytes.length : value.text.length) === 0;
}

type Heard = Pick<Reader, 'name' | 'isRight'> & { readonly data: readonly unknown[] };

function check(said: readonly (readonly [string, string])[], { name, isRight, data }: Heard): void {
  for (const [at, [by, json]] of said.entries()) {
    if (at < data.length && isRight(data[at], json)) continue;
    throw new Error(`SEED=${SEED}: ${name} got ${shown(data[at])} for what ${by} published: ${json.slice(0, 500)}`);
  }
  expect([name, data.length]).toEqual([name, said.length]);
}

async function sayAndHear(channel: string, sayings: readonly Saying[]): Promise<void> {
  const { url } = server;
  const readers = await openReaders(url, channel);
  const half = Math.ceil(sayings.length / 2);
  const first = await sayAll(channel, sayings.slice(0, half));
  const hasAll = (count: number) => () => readers.every(({ heard }) => heard.length >= count);
  const wait = (count: number) => until(hasAll(count)).catch(() => undefined);
  await wait(first.length);
  for (const { name, isRight, heard } of readers) check(first, { name, isRight, data: heard });
  const returning = readers.filter(({ comeBack }) => comeBack !== undefined);
  for (const { leave } of returning) leave?.();
  const said = [...first, ...(await sayAll(channel, sayings.slice(half)))];
  for (const { comeBack } of returning) comeBack?.();
  await wait(said.length);
  for (const { name, isRight, heard } of readers) check(said, { name, isRight, data: heard });
  for (const page of await readHistories(url, channel, CHANNEL_VALUES)) check(said, page);
  expect(readers.map(({ name, breaks }) => [name, breaks()])).toEqual(readers.map(({ name }) => [name, 0]));
  for (const reader of readers) reader.close();
}

test(
  'JS1 JS2 SI10 PU11 difficult JSON reaches every client as written, live, by recovery and from history',
  async () => {
    const random = new Random(SEED);
    const sayings = STUMBLING_BLOCKS.map((text): Saying => {
      const value = { kind: 'json', text } as const;
      return { writer: writerOf(random, value), value };
    });
    for (let at = 0; at < sayings.length; at += CHANNEL_VALUES) {
      await sayAndHear(`log:private-hard-${at}`, sayings.slice(at, at + CHANNEL_VALUES));
    }
  },
  patience(1_000),
);

test(
  `JS1 JS2 random JSON from any writer does too (seed ${SEED})`,
  async () => {
    const random = new Random(SEED);
    for (let left = COUNT, channel = 0; left > 0; left -= CHANNEL_VALUES, channel += 1) {
      const sayings = Array.from({ length: Math.min(left, CHANNEL_VALUES) }, (): Saying => {
        const value = anyValue(random);
        return { writer: writerOf(random, value), value };
      });
      await sayAndHear(`demo:private-any-${channel}`, sayings);
    }
  },
  patience(COUNT * 10),
);
