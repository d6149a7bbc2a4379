import { describe, expect, test } from 'bun:test';
import { FILTER_DEPTH, type FilterNode } from '../../src/core/channels/tag-filter.ts';
import { DisconnectError } from '../../src/core/disconnects.ts';
import type { Command } from '../../src/core/protocol/commands.ts';
import { centrifugeProtobuf } from '../../src/protocols/centrifuge/protocol.ts';
import { WireWriter } from '../../src/protocols/centrifuge/wire-writer.ts';
import { Random } from '../simulation/random.ts';
import { DECODED, patience } from './amounts.ts';
import { garbleBytes, randomBytes, strangeText } from './garble.ts';
import { SEED } from './seed.ts';

const FRAMES = DECODED;
/** The numbers of existing commands, and of some that do not exist. */
const BODIES = [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 5, 5, 7, 15, 2, 16];
/** Any field that holds a message: positions, maps, filters, batches, items. */
const NESTED = [2, 3, 4, 5, 6, 8, 13];

/** A message whose fields have the numbers of a protocol message, though not always the types. */
function message(random: Random, depth: number): (writer: WireWriter) => void {
  const fields = random.between(0, 5);
  return (writer) => {
    for (let left = fields; left > 0; left -= 1) {
      const kind = random.between(0, 4);
      if (kind <= 1)
        writer.uint(random.between(1, 19), random.pick([1, 2, 3, 4, 5, 127, 300, Number.MAX_SAFE_INTEGER]));
      else if (kind === 2) writer.text(random.between(1, 19), random.pick(['fossil', 'a', 'and', strangeText(random)]));
      else if (kind === 3 && depth > 0) writer.message(random.pick(NESTED), message(random, depth - 1));
      else writer.bytes(random.between(1, 19), randomBytes(random, 12));
    }
  };
}

function frame(random: Random): Uint8Array {
  const writer = new WireWriter();
  for (let left = random.between(1, 3); left > 0; left -= 1) {
    const id = random.between(0, 99);
    writer.delimited((command) => command.uint(1, id).message(random.pick(BODIES), message(random, 4)));
  }
  const whole = writer.finish();
  return random.chance(0.4) ? garbleBytes(random, whole) : whole;
}

/** Undefined for a bad request. */
function decode(bytes: Uint8Array): readonly Command[] | undefined {
  try {
    return centrifugeProtobuf.decode(bytes);
  } catch (error) {
    if (error instanceof DisconnectError && error.kind === 'badRequest') return undefined;
    throw error;
  }
}

function depthOf({ nodes }: FilterNode): number {
  return 1 + Math.max(0, ...nodes.map(depthOf));
}

/** What the core assumes of a command. */
function check(command: Command): void {
  if ('id' in command) expect(Number.isSafeInteger(command.id) && command.id > 0).toBe(true);
  // Empty: without data, which the core refuses (SO15).
  if (command.kind === 'publish' && command.data !== '') JSON.parse(command.data);
  if (command.kind === 'track') {
    for (const { items } of command.batches) for (const { version } of items) expect(version).toBeGreaterThanOrEqual(0);
  }
  if (command.kind !== 'subscribe') return;
  if (command.data !== undefined) JSON.parse(command.data);
  if (command.filter !== undefined) expect(depthOf(command.filter)).toBeLessThanOrEqual(FILTER_DEPTH + 2);
}

describe('SE6 the Protobuf decoder', () => {
  test(
    `returns commands or a bad request for ${FRAMES} frames (seed ${SEED})`,
    () => {
      const random = new Random(SEED);
      let refused = 0;
      for (let left = FRAMES; left > 0; left -= 1) {
        const bytes = frame(random);
        try {
          const commands = decode(bytes);
          if (commands === undefined) refused += 1;
          else commands.forEach(check);
        } catch (cause) {
          throw new Error(`SEED=${SEED}: ${Buffer.from(bytes).toString('hex')}`, { cause });
        }
      }
      expect(refused / FRAMES).toBeGreaterThan(0.2);
      expect(refused / FRAMES).toBeLessThan(0.95);
    },
    patience(FRAMES),
  );

  test('survives deeply nested filters', () => {
    let filter = new WireWriter().text(2, 'key').finish();
    for (let depth = 0; depth < 5_000; depth += 1) filter = new WireWriter().text(1, 'not').bytes(6, filter).finish();
    const bytes = new WireWriter()
      .delimited((command) => command.uint(1, 1).message(5, (body) => body.text(1, 'demo:a').bytes(13, filter)))
      .finish();
    const [command] = decode(bytes) ?? [];
    expect(command?.kind).toBe('subscribe');
    if (command !== undefined) check(command);
  });
});
