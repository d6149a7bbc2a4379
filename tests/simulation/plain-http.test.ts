import { describe, test } from 'bun:test';
import { plainNode, poll, readEvents, stream } from '../core/plain-client.ts';
import { Random } from './random.ts';

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
const RUNS = 60;
const CHANNELS = ['log:a', 'log:b', 'log:c'] as const;

/** What a client has received, by channel. */
type Heard = Map<string, unknown[]>;
type World = ReturnType<typeof plainNode>;

const nothing = (): Heard => new Map(CHANNELS.map((channel) => [channel, []]));

/** Publishes a few times in random channels; returns the publications by channel. */
async function publishSome(world: World, random: Random, truth: Heard): Promise<void> {
  for (let left = random.between(0, 4); left > 0; left -= 1) {
    const channel = random.pick(CHANNELS);
    const number = (truth.get(channel)?.length ?? 0) + 1;
    truth.get(channel)?.push(number);
    if (random.chance(0.2)) await world.publishElsewhere(channel, number);
    else await world.publish(channel, number);
  }
}

/** A message the bus lost is repaired by the next one, so one is sent. */
async function publishLast(world: World, truth: Heard): Promise<void> {
  for (const [channel, published] of truth) {
    published.push(published.length + 1);
    await world.publish(channel, published.length);
  }
}

describe('plain HTTP over unreliable connections', () => {
  test(`HT1 OR2 a stream that is cut repeatedly at random receives everything once (seed ${SEED})`, async () => {
    for (let run = 0; run < RUNS; run += 1) {
      const random = new Random(SEED + run);
      const world = plainNode();
      const [truth, heard] = [nothing(), nothing()];
      let cursor = await firstCursor(world);
      for (let line = random.between(2, 8); line > 0; line -= 1) {
        const client = stream(world, { channels: CHANNELS, cursor });
        if (random.chance(0.8)) await world.clock.settle();
        await publishSome(world, random, truth);
        const { text } = client.seen;
        client.session.closed();
        cursor = take(line === 1 ? '' : text.slice(0, random.between(0, text.length)), heard, cursor);
        await publishSome(world, random, truth);
      }
      await publishLast(world, truth);
      const last = stream(world, { channels: CHANNELS, cursor });
      await world.clock.settle();
      take(last.seen.text, heard, cursor);
      if (!Bun.deepEquals(heard, truth))
        throw new Error(`SEED=${SEED + run}: ${show(heard)} instead of ${show(truth)}`);
    }
  });

  test(`HT2 OR2 polls whose responses get lost receive everything once (seed ${SEED})`, async () => {
    for (let run = 0; run < RUNS; run += 1) {
      const random = new Random(SEED + run);
      const world = plainNode();
      const [truth, heard] = [nothing(), nothing()];
      let cursor = await firstCursor(world);
      for (let round = random.between(4, 20); round > 0; round -= 1) {
        const waiting = poll(world, { channels: CHANNELS, cursor });
        if (random.chance(0.7)) await world.clock.settle();
        await publishSome(world, random, truth);
        waiting.timeOver();
        await world.clock.settle();
        const answer = await waiting.answer;
        if (round > 1 && random.chance(0.3)) continue;
        for (const { channel, data } of answer.publications) heard.get(channel)?.push(data);
        cursor = answer.cursor;
        if (random.chance(0.2)) await world.clock.pass(15_000);
      }
      await publishLast(world, truth);
      const last = poll(world, { channels: CHANNELS, cursor });
      await world.clock.settle();
      last.timeOver();
      for (const { channel, data } of (await last.answer).publications) heard.get(channel)?.push(data);
      if (!Bun.deepEquals(heard, truth))
        throw new Error(`SEED=${SEED + run}: ${show(heard)} instead of ${show(truth)}`);
    }
  });
});

async function firstCursor(world: World): Promise<string> {
  const { answer } = poll(world, { channels: CHANNELS });
  await world.clock.settle();
  return (await answer).cursor;
}

/** Reads the complete events, as EventSource does; returns the last id. */
function take(text: string, heard: Heard, cursor: string): string {
  const whole = text.slice(0, text.lastIndexOf('\n\n') + 2);
  let last = cursor;
  for (const { type, data, id } of readEvents(whole)) {
    if (data.recovered === false) throw new Error(`not recovered: ${JSON.stringify(data)}`);
    if (type === 'message') heard.get(String(data.channel))?.push(data.data);
    if (id !== '') last = id;
  }
  return last;
}

function show(heard: Heard): string {
  return JSON.stringify([...heard]);
}
