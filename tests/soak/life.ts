import { isDeepStrictEqual } from 'node:util';
import type { Heard, Party, Way } from '../interop/ways/way.ts';
import type { BanyanProcess } from '../servers/banyan.ts';
import type { Random } from '../simulation/random.ts';
import { CuttableLine } from './cuttable-line.ts';
import { misheard, misplaced } from './judge.ts';
import type { Top, Truth } from './truth.ts';

/** Anything that takes this long has failed. */
const PATIENCE_MS = 30_000;
const POLL_MS = 20;
const LOOK_BACK = 200;
/** The pause between two steps. */
const PAUSE_MS = 400;

export type RunSettings = {
  readonly server: BanyanProcess;
  readonly truth: Truth;
  readonly random: Random;
  readonly way: Way;
  readonly channel: string;
  /** The deadline of the run. */
  readonly until: number;
};

/** The result of one run: how much was done. */
export type RunResult = { readonly heard: number; readonly said: number; readonly cuts: number };

/** Clients that reconnect after a cut by themselves and recover what they missed. */
const RECOVERING = /^Centrifuge|^plain server-sent|^Socket\.IO/;

/**
 * Joins a channel, publishes, reads history, is cut off, recovers, and leaves. Throws if an accepted publication is not
 * in the channel, or a publication was not received, received twice or out of order.
 */
export async function live(life: RunSettings): Promise<RunResult> {
  const { server, truth, way, channel } = life;
  const line = await CuttableLine.to(server.url);
  try {
    const before = await beforeNow(truth, channel);
    const party = await way.join({ ...server, url: line.url }, channel);
    const joined = await truth.top(channel);
    const done = await act(life, party, line);
    const all = await hearAll(life, party, { before, joined });
    // Clients mostly leave without a goodbye.
    if (life.random.chance(0.5)) line.cut();
    party.leave();
    expectRight(way, channel, misplaced(all, done.accepted));
    return { heard: party.heard?.length ?? 0, said: done.accepted.length, cuts: done.cuts };
  } finally {
    line.close();
  }
}

type Done = { readonly accepted: readonly unknown[]; readonly cuts: number };

async function act(
  { random, truth, way, channel, until }: RunSettings,
  party: Party,
  line: CuttableLine,
): Promise<Done> {
  const accepted: unknown[] = [];
  const me = crypto.randomUUID();
  let cuts = 0;
  const end = Math.min(until, Date.now() + random.between(1_000, 20_000));
  while (Date.now() < end) {
    const chosen = random.next();
    if (chosen < 0.6 && party.say !== undefined) {
      const data = { me, n: accepted.length, text: 'x'.repeat(random.between(0, 400)) };
      // If it is cut off while publishing, the outcome is unknown.
      await party.say(data).then(
        () => accepted.push(data),
        (error) => {
          if (cuts === 0) throw error;
        },
      );
    } else if (chosen < 0.63 && RECOVERING.test(way.name) && (party.heard?.length ?? 0) > 0) {
      line.cut();
      cuts += 1;
    } else if (chosen < 0.7) await truth.after(channel, await truth.top(channel));
    else if (chosen < 0.75) await truth.presence(channel);
    await Bun.sleep(random.between(0, PAUSE_MS));
  }
  return { accepted, cuts };
}

/**
 * Well before the top: on a busy machine the log already has publications whose delivery to current subscribers, and so
 * to a new one, is still to come.
 */
async function beforeNow(truth: Truth, channel: string): Promise<Top> {
  const { epoch, offset } = await truth.top(channel);
  return { epoch, offset: Math.max(0, offset - LOOK_BACK) };
}

/** The channel's publications since before the client joined, after checking that it has received them. */
async function hearAll(
  { truth, way, channel }: RunSettings,
  { heard }: Party,
  { before, joined }: { readonly before: Top; readonly joined: Top },
): Promise<readonly Heard[]> {
  const due = await truth.after(channel, before);
  if (heard === undefined) return due;
  const last = due.findLast(([offset]) => offset > joined.offset);
  for (const deadline = Date.now() + PATIENCE_MS; !hasHeard(heard, last); await Bun.sleep(POLL_MS)) {
    if (Date.now() > deadline) throw new Error(`${way.name} in ${channel} did not receive ${JSON.stringify(last)}`);
  }
  // Others keep publishing during the check.
  const told = [...heard];
  const all = await truth.after(channel, before);
  const numbered = !way.name.startsWith('pusher');
  expectRight(way, channel, misheard({ all, heard: told, joinedAt: joined.offset, numbered }));
  return all;
}

function hasHeard(heard: readonly Heard[], last: Heard | undefined): boolean {
  return last === undefined || heard.findLast(([, data]) => isDeepStrictEqual(data, last[1])) !== undefined;
}

function expectRight({ name }: Way, channel: string, wrong: string | undefined): void {
  if (wrong !== undefined) throw new Error(`${name} in ${channel}: ${wrong}`);
}
