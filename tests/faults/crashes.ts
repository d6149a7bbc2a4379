import type { BanyanProcess } from '../servers/banyan.ts';
import type { Random } from '../simulation/random.ts';
import type { Tally } from './tally.ts';

/** New in every run and shown in the test titles; `BANYAN_CRASH_SEED` repeats a run. */
export const SEED = Number(process.env.BANYAN_CRASH_SEED ?? Date.now() % 1_000_000);
/** How often servers are killed; `BANYAN_CRASH_ROUNDS=1000` for a long run. */
export const ROUNDS = Number(process.env.BANYAN_CRASH_ROUNDS ?? 50);

/**
 * Kills the server at a random moment, sometimes right after an ack, sometimes during its restart; then restarts it.
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
