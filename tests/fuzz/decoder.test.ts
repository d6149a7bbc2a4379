import { describe, expect, test } from 'bun:test';
import { DisconnectError } from '../../src/core/disconnects.ts';
import type { Command } from '../../src/core/protocol/commands.ts';
import { rawMember } from '../../src/core/text/raw-json.ts';
import { centrifugeJson } from '../../src/protocols/centrifuge/protocol.ts';
import { Random } from '../simulation/random.ts';
import { DECODED, inputs, patience } from './amounts.ts';
import { garbledFrame, type Place, validFrame } from './frames.ts';
import { oddJson, strangeText, strangeValue } from './garble.ts';
import { tryHalves } from './halves.ts';
import { SEED } from './seed.ts';

const FRAMES = DECODED;
const OBJECTS = inputs(50_000);
/** The allowed heap difference between the halves: less than 35 bytes per frame. */

const PLACE: Place = {
  channels: ['demo:a', 'log:b', 'room:r', ''],
  methods: ['chat.send', 'accounts.me'],
  tokens: ['head.body.signature'],
  input: () => ({ room: 'r', text: 'hello', key: 'k-12345678' }),
};

/** Frames that failed once, or almost. */
const KNOWN: readonly string[] = [
  ...['', '\n', '{', '{}', '[]', 'null', '""', '\ufeff{}', '{}\n{', '\0', '\ud800'],
  ...[
    '{"id":1e400,"ping":{}}',
    '{"id":9007199254740993,"ping":{}}',
    '{"id":-0,"ping":{}}',
    '{"__proto__":{"ping":{}}}',
  ],
  '{"id":1,"publish":{"channel":"demo:a","data":1},"publish":null}',
  '{"id":1,"publish":{"channel":"demo:a","data":1},"publish":{"channel":"demo:a"}}',
  '{"id":1,"publish":{"channel":"demo:a","d\\u0061ta":[{"data":2}],"\\u0064ata" : -0 }}',
  '{"id":1,"publish":{"channel":"demo:a","data":"\\\\\\"}","x":"\\\\"}}',
  `{"id":1,"publish":{"channel":"demo:a","data":${'['.repeat(60_000)}${']'.repeat(60_000)}}}`,
  `{"id":1,"connect":${'{"subs":'.repeat(6_000)}{}${'}'.repeat(6_000)}}`,
  `{"id":1,"subscribe":{"channel":"demo:a","tf":${'{"op":"not","nodes":['.repeat(2_000)}{}${']}'.repeat(2_000)}}}`,
  `{"id":1,"rpc":{"method":"${'\\"'.repeat(30_000)}"}}`,
];

describe('SE6 the decoder', () => {
  test('accepts what clients send', () => {
    const random = new Random(SEED);
    for (let left = 5_000; left > 0; left -= 1) expect(decode(validFrame(random, PLACE))).not.toBeUndefined();
  });

  test('returns commands or a bad request for frames that failed once', () => {
    for (const frame of KNOWN) check(frame);
  });

  test(
    `returns commands or a bad request for ${FRAMES} malformed frames, and retains nothing (seed ${SEED})`,
    async () => {
      const random = new Random(SEED);
      await tryHalves({ count: FRAMES, tryMany: (count) => checkMany(random, count), least: 0.2, most: 0.95 });
    },
    patience(FRAMES),
  );

  test(
    `finds a member's text where JSON.parse finds its value, in ${OBJECTS} objects (seed ${SEED})`,
    () => {
      const random = new Random(SEED);
      for (let left = OBJECTS; left > 0; left -= 1) {
        const members = new Map([
          [strangeText(random), strangeValue(random)],
          [
            'publish',
            new Map([
              ['data', strangeValue(random)],
              [strangeText(random), strangeValue(random)],
            ]),
          ],
        ]);
        compareMembers(oddJson(random, members));
      }
    },
    patience(OBJECTS),
  );
});

/** How many of this many frames were refused. */
function checkMany(random: Random, count: number): number {
  let refused = 0;
  for (let left = count; left > 0; left -= 1) if (check(garbledFrame(random, PLACE)) === undefined) refused += 1;
  return refused;
}

function check(frame: string): readonly Command[] | undefined {
  try {
    const commands = decode(frame);
    if (commands !== undefined) checkCommands(frame, commands);
    for (const line of frame.split('\n')) compareMembers(line);
    return commands;
  } catch (cause) {
    throw new Error(`SEED=${SEED}: ${JSON.stringify(frame)}`, { cause });
  }
}

/** Undefined for a bad request. */
function decode(frame: string): readonly Command[] | undefined {
  try {
    return centrifugeJson.decode(frame);
  } catch (error) {
    if (error instanceof DisconnectError && error.kind === 'badRequest') return undefined;
    throw error;
  }
}

function checkCommands(frame: string, commands: readonly Command[]): void {
  const lines = frame.split('\n').filter((line) => line !== '');
  expect(commands.length).toBe(lines.length);
  for (const command of commands) checkCommand(command);
}

/** What the core assumes of a command. */
function checkCommand(command: Command): void {
  const { kind } = command;
  if ('id' in command) expect(Number.isSafeInteger(command.id) && command.id > 0).toBe(true);
  if ('channel' in command) expect(typeof command.channel).toBe('string');
  if ('since' in command && command.since !== undefined) {
    const positions = command.since instanceof Map ? [...command.since.values()] : [command.since];
    for (const { epoch, offset } of positions) {
      expect(typeof epoch).toBe('string');
      expect(Number.isSafeInteger(offset) && offset >= 0).toBe(true);
    }
  }
  if (kind === 'publish') {
    expect(command.data).not.toContain('\n');
    // Empty: without data, which the core refuses (SO15).
    if (command.data !== '') JSON.parse(command.data);
  }
  if (kind === 'history') expect(Number.isSafeInteger(command.limit)).toBe(true);
}

/** For the text of an object: the parsed raw member equals the member of the parsed object. */
function compareMembers(text: string): void {
  const object = parse(text);
  if (!isObject(object)) return;
  for (const outer of ['publish', ...comparable(object)]) {
    const inside = Object.hasOwn(object, outer) ? object[outer] : undefined;
    const names = isObject(inside) ? comparable(inside) : [];
    for (const inner of ['data', ...names]) {
      const raw = rawMember(text, outer, inner);
      const value = isObject(inside) && Object.hasOwn(inside, inner) ? inside[inner] : undefined;
      if (raw === undefined) expect(value).toBeUndefined();
      else if (!same(JSON.parse(raw), value)) throw new Error(`${outer}.${inner} is not ${raw.slice(0, 1_000)}`);
    }
  }
}

/** Some names; the protocol's own have no backslash. */
function comparable(object: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(object)
    .filter((name) => !name.includes('\\'))
    .slice(0, 4);
}

/** Compared without recursion: nested values may be deeper than the stack. */
function same(one: unknown, other: unknown): boolean {
  const left: (readonly [unknown, unknown])[] = [[one, other]];
  for (let pair = left.pop(); pair !== undefined; pair = left.pop()) {
    const [a, b] = pair;
    if (typeof a !== 'object' || a === null) {
      if (!Object.is(a, b)) return false;
      continue;
    }
    if (typeof b !== 'object' || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
    const names = Object.keys(a);
    if (names.length !== Object.keys(b).length) return false;
    for (const name of names) {
      if (!Object.hasOwn(b, name)) return false;
      left.push([(a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name]]);
    }
  }
  return true;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
