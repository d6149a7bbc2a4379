import { closeAll, openClients } from '../clients.ts';
import { pause } from '../pace.ts';
import { micros } from '../payload.ts';
import type { Findings, Run } from '../run.ts';

/** Clients connect, subscribe, and stay idle for a while. */
export async function runConnect(run: Run): Promise<Findings> {
  const { options, client, channel, tally, own, signal, onPhase } = run;
  let isOver = false;
  onPhase('connecting');
  own.start();
  const started = micros();
  const clients = await openClients(run, options['--connections'], () =>
    client.subscribe(channel, {
      onPublications: () => undefined,
      onClose: (why) => {
        if (!isOver && !signal.aborted) tally.cutOff(why);
      },
    }),
  );
  own.stop();
  const seconds = (micros() - started) / 1e6;
  onPhase('connected, and quiet');
  if (clients.length > 0) await pause(options['--duration'] * 1_000, signal);
  isOver = true;
  closeAll(clients);
  return { seconds, notes: [] };
}
