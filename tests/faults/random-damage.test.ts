import { afterEach, describe, expect, test } from 'bun:test';
import { Random } from '../simulation/random.ts';
import { damageFile, someDamage } from './damage.ts';
import { type Entry, ids, StoredData } from './stored-data.ts';

/** New in every run and shown in the titles; `BANYAN_DAMAGE_SEED` repeats a run. */
const SEED = Number(process.env.BANYAN_DAMAGE_SEED ?? Date.now() % 1_000_000);
/** How many servers are damaged; `BANYAN_DAMAGE_ROUNDS=500` for a long run. */
const ROUNDS = Number(process.env.BANYAN_DAMAGE_ROUNDS ?? 8);
const CHANNELS = ['log:one', 'log:two', 'log:three'];
const FILES = ['banyan.db', 'banyan.db', 'banyan.db-wal', 'banyan.db-wal', 'banyan.run'];
const TIMEOUT_MS = 120_000;

let data: StoredData;
afterEach(() => data.remove());

type Known = { readonly channel: string; readonly epoch: string; readonly acked: readonly string[] };

/** Publishes over several runs, some of which stop cleanly; the last one is killed. */
async function publish(random: Random): Promise<Known[]> {
  const acked = new Map<string, string[]>(CHANNELS.map((channel) => [channel, []]));
  for (let runs = random.between(1, 3); runs > 0; runs -= 1) {
    await data.start();
    for (const channel of CHANNELS) {
      const list = acked.get(channel) as string[];
      const next = ids(list.length + 1, list.length + random.between(1, 40));
      const padding = 'x'.repeat(random.pick([10, 400, 3_000]));
      expect(await data.publish(channel, next, padding)).toEqual(next);
      list.push(...next);
    }
    if (runs > 1) await (random.chance(0.5) ? data.stop() : data.kill());
  }
  const known: Known[] = [];
  for (const channel of CHANNELS) {
    const { epoch } = await data.subscribe(channel);
    known.push({ channel, epoch, acked: acked.get(channel) ?? [] });
  }
  await data.kill();
  return known;
}

/** Every silent loss in the channel, judged by what the server now returns. */
async function violations({ channel, epoch, acked }: Known): Promise<string[]> {
  const told = await data.subscribe(channel, { epoch, offset: 0 }).catch((error: Error) => error);
  // Even the end of the channel cannot be read: every request gets an error.
  if (told instanceof Error) return [];
  if (told.epoch !== epoch) return told.recovered ? [`${channel}: recovered from another epoch`] : [];
  const found: string[] = [];
  if (told.recovered && told.ids.join() !== acked.join()) {
    found.push(`${channel}: recovered with ${told.ids.length} of ${acked.length}`);
  }
  const { publications = [] } = (await data.history(channel)) ?? {};
  const kept = new Map(publications.map((entry: Entry) => [entry.offset, entry.data.id]));
  const missing = acked.filter((id, index) => kept.get(index + 1) !== id);
  const { status } = await data.readiness();
  if (missing.length > 0 && status !== 'degraded') {
    found.push(`${channel}: ${missing[0]} and ${missing.length - 1} more are missing, and it is ${status}`);
  }
  const wrong = publications.filter((entry) => acked[entry.offset - 1] !== entry.data.id);
  if (wrong.length > 0) found.push(`${channel}: ${wrong[0]?.offset} is ${wrong[0]?.data.id}`);
  // The next publication gets an unused offset of this epoch, or an error.
  if ((await data.publish(channel, ['next'])).length > 0) {
    const { offset = 0 } = (await data.history(channel)) ?? {};
    if (offset <= acked.length) found.push(`${channel}: offset ${offset} was given twice`);
  }
  return found;
}

describe('OR7 DA4 DA7: a start after random damage is refused, or loses nothing silently', () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const seed = SEED + round;
    test(
      `seed ${seed}`,
      async () => {
        const random = new Random(seed);
        data = new StoredData();
        const known = await publish(random);
        const harms: string[] = [];
        for (let harm = random.between(1, 2); harm > 0; harm -= 1) {
          const name = random.pick(FILES);
          const damage = someDamage(data.path(name), random);
          if (damageFile(data.path(name), damage, random)) harms.push(`${name}: ${JSON.stringify(damage)}`);
        }
        // Throws if the program does not end with one line.
        if ((await data.refusal()) !== undefined) return;
        const found: string[] = [];
        for (const each of known) found.push(...(await violations(each)));
        expect({ harms, found }).toEqual({ harms, found: [] });
      },
      TIMEOUT_MS,
    );
  }
});
