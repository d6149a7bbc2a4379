import { StartError } from '../../../app/start-error.ts';
import type { Listener, Place, Subscriber } from '../../../wire-clients/wire-client.ts';
import { closeAll, openClients } from '../clients.ts';
import { keepSchedule, pause } from '../pace.ts';
import { micros, type Stamp } from '../payload.ts';
import { Received } from '../received.ts';
import type { Findings, Run } from '../run.ts';

/** Concurrent publications while nobody is subscribed; they are not measured. */
const MISSED_RATE = 200;
/** The timeout of the recovery. */
const RECOVERY_MS = 30_000;
const CHECK_INTERVAL_MS = 50;

/** Clients are disconnected together, something is published, and they reconnect to recover it. */
export async function runReconnect(run: Run): Promise<Findings> {
  const { options, client, channel, tally, own, signal, onPhase } = run;
  onPhase('connecting');
  // The first connection is not measured.
  const ramp = { ...run, options: { ...options, '--connect-rate': Math.min(options['--connect-rate'], 500) } };
  const quiet: Listener<Stamp | undefined> = { onPublications: () => undefined, onClose: (why) => tally.cutOff(why) };
  const first = await openClients(ramp, options['--connections'], () => client.subscribe(channel, quiet));
  const places = first.map((subscriber) => subscriber.place());
  closeAll(first);
  const recovers = places.every((place) => place !== undefined);
  onPhase('publishing what they miss');
  const missed = recovers ? await publishMissed(run) : 0;
  tally.connecting.reset();
  tally.connected = 0;
  tally.wanted = 0;
  onPhase('coming back');
  own.start();
  const startedAt = micros();
  const guests = new ReturningClients(run, missed);
  const back = await openClients(run, places.length, (index, due) => guests.reconnect(places[index], due));
  await guests.settled();
  own.stop();
  guests.isOver = true;
  const seconds = (micros() - startedAt) / 1e6;
  closeAll(back);
  return { ...guests.findings(), seconds, notes: signal.aborted ? [] : notesOf(run, recovers) };
}

function notesOf({ options }: Run, recovers: boolean): string[] {
  if (recovers) return [];
  const why =
    options['--protocol'] === 'pusher'
      ? 'Pusher clients recover nothing'
      : 'This channel keeps no history to recover from';
  return [`${why}: timed until each was subscribed again.`];
}

async function publishMissed({ options, client, channel, payloads, tally, signal }: Run): Promise<number> {
  const count = options['--missed'];
  if (count === 0) return 0;
  const publisher = await client.publisher(() => undefined);
  const publishing: Promise<void>[] = [];
  await keepSchedule({ start: micros(), count, perSecond: MISSED_RATE, signal }, (sequence, due) => {
    tally.sent += 1;
    publishing.push(publisher.publish(channel, JSON.stringify(payloads.write({ publisher: 0, sequence, due }))));
  });
  try {
    await Promise.all(publishing);
  } catch (error) {
    throw new StartError(`what clients should miss was not published: ${(error as Error).message}`);
  } finally {
    publisher.close();
  }
  tally.acked = publishing.length;
  return publishing.length;
}

/** Clients that have reconnected, with what each recovered. */
class ReturningClients {
  isOver = false;
  readonly #run: Run;
  readonly #missed: number;
  readonly #received: Received[] = [];
  #complete = 0;
  #unrecovered = 0;

  constructor(run: Run, missed: number) {
    this.#run = run;
    this.#missed = missed;
  }

  async reconnect(place: Place | undefined, due: number): Promise<Subscriber> {
    const { client, channel, tally, signal } = this.#run;
    const received = new Received({ offset: place?.offset ?? 0, keepsOrder: client.keepsOrder });
    let isIn = false;
    let isComplete = false;
    const look = () => {
      if (isComplete || !isIn || received.count < this.#missed) return;
      isComplete = true;
      this.#complete += 1;
      tally.returns.record(micros() - due);
    };
    const listener: Listener<Stamp | undefined> = {
      onPublications: (publications) => {
        for (const each of publications) if (received.take(each)) tally.received += 1;
        look();
      },
      onClose: (why) => {
        if (!this.isOver && !signal.aborted) tally.cutOff(why);
      },
    };
    const subscriber = await client.subscribe(channel, listener, place);
    this.#received.push(received);
    if (place !== undefined && !subscriber.recovered) this.#unrecovered += 1;
    isIn = true;
    look();
    return subscriber;
  }

  async settled(): Promise<void> {
    const { signal } = this.#run;
    const end = performance.now() + RECOVERY_MS;
    while (!signal.aborted && performance.now() < end) {
      if (this.#complete + this.#unrecovered >= this.#received.length) return;
      await pause(CHECK_INTERVAL_MS, signal);
    }
  }

  findings(): Omit<Findings, 'seconds' | 'notes'> {
    const total = (key: 'duplicates' | 'outOfOrder') => this.#received.reduce((sum, each) => sum + each[key], 0);
    const sent = { count: this.#missed, unacked: new Set<number>() };
    return {
      returned: this.#received.length,
      unrecovered: this.#unrecovered,
      lost: this.#received.reduce((sum, received) => sum + received.missing(0, sent), 0),
      duplicates: total('duplicates'),
      outOfOrder: total('outOfOrder'),
    };
  }
}
