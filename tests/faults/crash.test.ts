import { afterEach, expect, test } from 'bun:test';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { Random } from '../simulation/random.ts';
import { crashOnce, ROUNDS, SEED } from './crashes.ts';
import { findViolations } from './oracle.ts';
import { Traffic } from './traffic.ts';

/** Rounds that one server and its clients run before everything is compared. */
const ROUNDS_A_RUN = 50;
const RUNS = Math.ceil(ROUNDS / ROUNDS_A_RUN);
const CHANNELS = ['log:one', 'log:two', 'log:three'];
/** A reader that reconnects last may have missed more than the default recovery limit of 300. */
const SETTINGS = { BANYAN_CLIENT_INSECURE: 'true', BANYAN_HISTORY_LIMIT: '10000' };

let server: BanyanProcess;
let traffic: Traffic;
afterEach(async () => {
  traffic.close();
  await server.stop();
});

for (let run = 0; run < RUNS; run += 1) {
  const seed = SEED + run;
  const rounds = Math.min(ROUNDS_A_RUN, ROUNDS - run * ROUNDS_A_RUN);
  test(`AC1 OR1 OR2 OR3 RE1: what was acked survives ${rounds} kills (seed ${seed})`, async () => {
    const random = new Random(seed);
    server = await startBanyan(SETTINGS);
    traffic = new Traffic(server.socketUrl);
    for (const name of ['reader-1', 'reader-2', 'reader-3']) await traffic.follow(name, CHANNELS);
    for (const name of ['ada', 'bob', 'cyd', 'dan']) {
      await traffic.send({ name, lanes: random.between(1, 6), channel: () => random.pick(CHANNELS) });
    }
    for (let round = 0; round < rounds; round += 1) await crashOnce(server, traffic.acks, random);
    await traffic.settle();
    const evidence = await traffic.evidence();
    expect(findViolations(evidence)).toEqual([]);
    // Otherwise the kills have hit nothing.
    expect(evidence.attempts.filter(({ outcome }) => outcome === 'acked').length).toBeGreaterThan(rounds);
    expect(evidence.attempts.filter(({ outcome }) => outcome === 'unknown').length).toBeGreaterThan(0);
  }, 600_000);
}
