import type { BanyanProcess } from '../servers/banyan.ts';
import type { Random } from '../simulation/random.ts';
import type { Tally } from './tally.ts';

/** Chosen anew in every run and shown in the tests' titles; `BANYAN_CRASH_SEED` makes the same choices again. */
export const SEED = Number(process.env.BANYAN_CRASH_SEED ?? Date.now() % 1_000_000);
/** How often servers are killed; `BANYAN_CRASH_ROUNDS=1000` for a long run. */
export const ROUNDS = Number(process.env.BANYAN_CRASH_ROUNDS ?? 50);

/**
 * Kills the server at a moment of the seed's choice, some of them right after an ack, at times also while it comes
 * back; then lets it come back.
 */
export async function crashOnce(server: BanyanProcess, acks: Tally, random: Random): Promise<void> {
  if (random.chance(0.5)) await acks.next(random.between(1, 200));
  else await Bun.sleep(random.between(0, 250));
  await server.crash();
  while (random.chance(0.15)) {
    const starting = server.restart().catch(() => undefined);
    await Bun.sleep(random.between(0, 150));
    await server.crash();
    await starting;
  }
  await server.restart();
}
