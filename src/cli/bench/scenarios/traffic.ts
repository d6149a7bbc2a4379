import type { Delivery, Listener, Publisher, Subscriber } from '../../../wire-clients/wire-client.ts';
import { closeAll, openClients } from '../clients.ts';
import { keepSchedule, pause } from '../pace.ts';
import { micros, type Stamp } from '../payload.ts';
import { Received } from '../received.ts';
import type { Findings, Run } from '../run.ts';

/** How long to wait for the last publications: as long as some arrive, and then this. */
const QUIET_MS = 2_000;
const LONGEST_DRAIN_MS = 30_000;
const CHECK_INTERVAL_MS = 50;
/** Unanswered publications, above which no more are sent: the rate is not kept by then. */
const MAX_UNANSWERED = 65_536;

/** Publishers at a fixed rate and their subscribers, until the last publication. */
export async function runTraffic(run: Run, listeners: number): Promise<Findings> {
  const { options } = run;
  const traffic = new Traffic(run);
  run.onPhase('connecting');
  const subscribers = await openClients(run, listeners, () => traffic.subscribe());
  const publishers = await openClients(run, options['--publishers'], () =>
    run.client.publisher((why) => traffic.onClose(why)),
  );
  try {
    if (publishers.length > 0 && (listeners === 0 || subscribers.length > 0)) await traffic.publish(publishers);
    return traffic.findings();
  } finally {
    traffic.isOver = true;
    closeAll([...subscribers, ...publishers]);
  }
}

const PUSHER_ORDER =
  'The order is not checked: Pusher numbers nothing, and its backend sends each publication by a request of its own.';

/** What one publisher has sent so far. */
type SentCount = { count: number; readonly unacked: Set<number> };

/** A subscriber, perhaps disconnected, and what it received. */
type TrafficListener = { received: Received | undefined; isClosed: boolean };

class Traffic {
  isOver = false;
  readonly #run: Run;
  readonly #listeners: TrafficListener[] = [];
  /** By publisher. */
  readonly #sent: SentCount[] = [];
  #measured = { from: Number.POSITIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  #refused = 0;

  constructor(run: Run) {
    this.#run = run;
  }

  async subscribe(): Promise<Subscriber> {
    const { client, channel } = this.#run;
    const state: TrafficListener = { received: undefined, isClosed: false };
    const listener: Listener<Stamp | undefined> = {
      onPublications: (publications) => this.#onPublications(state, publications),
      onClose: (why) => {
        state.isClosed = true;
        this.onClose(why);
      },
    };
    const subscriber = await client.subscribe(channel, listener);
    const { offset } = subscriber.place() ?? { offset: 0 };
    state.received = new Received({ offset, keepsOrder: client.keepsOrder });
    this.#listeners.push(state);
    return subscriber;
  }

  onClose(why: string): void {
    const { tally, signal } = this.#run;
    if (this.isOver || signal.aborted) return;
    tally.cutOff(why);
  }

  #onPublications({ received }: TrafficListener, publications: readonly Delivery<Stamp | undefined>[]): void {
    const { tally } = this.#run;
    const now = micros();
    for (const each of publications) {
      if (received?.take(each) !== true || each.data === undefined) continue;
      tally.received += 1;
      if (this.#isMeasured(each.data.due)) tally.deliveries.record(now - each.data.due);
    }
  }

  #isMeasured(due: number): boolean {
    return due >= this.#measured.from && due < this.#measured.to;
  }

  async publish(publishers: readonly Publisher[]): Promise<void> {
    const { options, own, signal, onPhase } = this.#run;
    const perSecond = options['--rate'];
    const [warmUp, duration] = [options['--warm-up'], options['--duration']];
    for (const _ of publishers) this.#sent.push({ count: 0, unacked: new Set() });
    const start = micros();
    this.#measured = { from: start + warmUp * 1e6, to: start + (warmUp + duration) * 1e6 };
    const warm = setTimeout(() => {
      own.start();
      onPhase('measuring');
    }, warmUp * 1_000);
    onPhase('warming up');
    await keepSchedule(
      { start, count: Math.max(1, Math.round(perSecond * (warmUp + duration))), perSecond, signal },
      (index, due) => {
        const number = index % publishers.length;
        if (this.#isMeasured(due)) own.sending.record(micros() - due);
        this.#send(publishers[number] as Publisher, number, due);
      },
    );
    clearTimeout(warm);
    own.stop();
    if (signal.aborted) this.#measured.to = Math.min(this.#measured.to, micros());
    if (!signal.aborted) onPhase('waiting for the last');
    await this.#drain();
  }

  #send(publisher: Publisher, number: number, due: number): void {
    const { tally, payloads, channel } = this.#run;
    if (tally.sent - tally.acked - this.#refused >= MAX_UNANSWERED) {
      tally.leaveOut(MAX_UNANSWERED);
      return;
    }
    const sent = this.#sent[number] as SentCount;
    const sequence = sent.count;
    sent.count += 1;
    sent.unacked.add(sequence);
    tally.sent += 1;
    publisher.publish(channel, JSON.stringify(payloads.write({ publisher: number, sequence, due }))).then(
      () => {
        tally.acked += 1;
        sent.unacked.delete(sequence);
        if (this.#isMeasured(due)) tally.acks.record(micros() - due);
      },
      (error: unknown) => {
        this.#refused += 1;
        if (!this.isOver) tally.fail('publishing', error);
      },
    );
  }

  /** Waits until everything is answered and received, or nothing arrives any more. */
  async #drain(): Promise<void> {
    const { tally } = this.#run;
    const settled = () => tally.acked + tally.received + this.#refused;
    const end = performance.now() + LONGEST_DRAIN_MS;
    let last = { settled: settled(), at: performance.now() };
    while (performance.now() < end && performance.now() - last.at < QUIET_MS) {
      if (tally.acked + this.#refused === tally.sent && this.#isComplete()) return;
      await pause(CHECK_INTERVAL_MS, new AbortController().signal);
      if (settled() !== last.settled) last = { settled: settled(), at: performance.now() };
    }
  }

  /** By the counts, as far as they suffice: it is called often. */
  #isComplete(): boolean {
    const { tally } = this.#run;
    return this.#hasLeft() ? this.#lost() === 0 : tally.received >= tally.acked * this.#listeners.length;
  }

  /** Of those still connected: a disconnected client would reconnect and recover. */
  #lost(): number {
    const present = this.#listeners.filter(({ isClosed }) => !isClosed);
    return this.#sent.reduce(
      (sum, sent, publisher) =>
        sum + present.reduce((lost, { received }) => lost + (received?.missing(publisher, sent) ?? 0), 0),
      0,
    );
  }

  findings(): Findings {
    const { tally, options } = this.#run;
    const { from, to } = this.#measured;
    const total = (key: 'duplicates' | 'outOfOrder') =>
      this.#listeners.reduce((sum, { received }) => sum + (received?.[key] ?? 0), 0);
    tally.giveUp(tally.sent - tally.acked - this.#refused);
    const hears = this.#listeners.length > 0;
    return {
      seconds: Number.isFinite(from) ? Math.max(0, to - from) / 1e6 : 0,
      ...(hears && { lost: this.#lost(), duplicates: total('duplicates'), outOfOrder: total('outOfOrder') }),
      notes: [
        ...(this.#hasLeft() ? ['What clients missed after they were cut off is not counted as lost.'] : []),
        ...(hears && options['--protocol'] === 'pusher' ? [PUSHER_ORDER] : []),
      ],
    };
  }

  #hasLeft(): boolean {
    return this.#listeners.some(({ isClosed }) => isClosed);
  }
}
