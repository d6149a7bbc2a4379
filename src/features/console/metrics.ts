import {
  type Disconnects,
  type Measure,
  type MetricsSample,
  perMeasure,
  REMEMBERED_SECONDS,
} from '../../contracts/console/events.ts';
import type { Histogram } from '../../core/measures/histogram.ts';
import { quantilesOf } from '../../core/measures/quantiles.ts';
import type { Node } from '../../core/node/node.ts';
import type { Count } from '../../ports/telemetry.ts';
import type { ProcessVitals, Vitals } from '../../ports/vitals.ts';

/** Seconds the delay quantiles cover. */
const WINDOW = 10;
const QUANTILES = [0.5, 0.95, 0.99];

type Measured = Pick<Node, 'population' | 'hub' | 'publications' | 'commands' | 'queues'>;

/** The values of counters at one time. */
type Totals = {
  readonly at: number;
  readonly publications: number;
  readonly deliveries: number;
  readonly commands: number;
  readonly errors: number;
  readonly cpuSeconds: number;
  readonly disconnects: ReadonlyMap<string, number>;
};

/** Samples of the last minutes: a bounded number; the oldest is replaced. */
export class Metrics {
  readonly #node: Measured;
  readonly #vitals: Vitals;
  readonly #samples: MetricsSample[] = [];
  readonly #delivery: SlidingHistogram;
  readonly #append: SlidingHistogram;
  #last: Totals;
  /** The console's own publications and deliveries, which are left out. */
  #own = { publications: 0, deliveries: 0 };

  constructor(node: Measured, vitals: Vitals, now: number) {
    this.#node = node;
    this.#vitals = vitals;
    this.#delivery = new SlidingHistogram(node.hub.deliveryDelay);
    this.#append = new SlidingHistogram(node.queues.durable.delay);
    this.#last = this.#totals(now, vitals.process());
  }

  /** Oldest first. */
  get samples(): readonly MetricsSample[] {
    return this.#samples;
  }

  /** A sample was published to this many subscribers, which must not be counted. */
  published(subscribers: number): void {
    const { publications, deliveries } = this.#own;
    this.#own = { publications: publications + 1, deliveries: deliveries + subscribers };
  }

  /** To be called once a second. */
  take(now: number): MetricsSample {
    const process = this.#vitals.process();
    const [last, totals] = [this.#last, this.#totals(now, process)];
    this.#last = totals;
    const sample: MetricsSample = {
      at: now,
      measures: rounded({ ...this.#present(process), ...rates(last, totals), ...this.#delays() }),
      disconnects: increases(last.disconnects, totals.disconnects),
    };
    this.#samples.push(sample);
    if (this.#samples.length > REMEMBERED_SECONDS) this.#samples.shift();
    return sample;
  }

  #present({ residentBytes, heapBytes, lagSeconds }: ProcessVitals) {
    const { population, hub, queues } = this.#node;
    return {
      connections: population.clients,
      users: population.users,
      channels: hub.size,
      subscriptions: hub.subscriptions,
      queueLength: queues.durable.length,
      ...{ residentBytes, heapBytes, lagMs: lagSeconds * 1_000 },
    };
  }

  #delays() {
    const [deliveryP50 = null, deliveryP95 = null, deliveryP99 = null] = this.#delivery.next();
    const [appendP50 = null, appendP95 = null, appendP99 = null] = this.#append.next();
    return { deliveryP50, deliveryP95, deliveryP99, appendP50, appendP95, appendP99 };
  }

  #totals(at: number, { cpuSeconds }: ProcessVitals): Totals {
    const { publications, commands, hub } = this.#node;
    const counts = this.#vitals.counts();
    return {
      ...{ at, commands, cpuSeconds },
      publications: publications - this.#own.publications,
      deliveries: hub.deliveries - this.#own.deliveries,
      errors: sumOf(counts.filter(isError)),
      disconnects: new Map(
        counts
          .filter(({ name }) => name === 'banyan_disconnects_total')
          .map(({ labels, value }) => [labels.reason ?? '', value]),
      ),
    };
  }
}

/** Quantiles of what a growing histogram has recorded recently, in milliseconds. */
class SlidingHistogram {
  readonly #histogram: Histogram;
  /** Its counts a second ago, two seconds ago … oldest first. */
  readonly #past: (readonly number[])[] = [];

  constructor(histogram: Histogram) {
    this.#histogram = histogram;
    this.#past.push([...histogram.counts]);
  }

  next(): readonly number[] {
    const { counts, bounds } = this.#histogram;
    const [oldest = []] = this.#past;
    const recent = counts.map((count, bucket) => count - (oldest[bucket] ?? 0));
    this.#past.push([...counts]);
    if (this.#past.length > WINDOW) this.#past.shift();
    return (quantilesOf(recent, bounds, QUANTILES) ?? []).map((seconds) => seconds * 1_000);
  }
}

function rates(last: Totals, now: Totals) {
  const seconds = Math.max(now.at - last.at, 1) / 1_000;
  const rate = (what: 'publications' | 'deliveries' | 'commands' | 'errors' | 'cpuSeconds') =>
    // The console's own delivery may be subtracted a moment before it is counted.
    Math.max(0, now[what] - last[what]) / seconds;
  return {
    publications: rate('publications'),
    deliveries: rate('deliveries'),
    commands: rate('commands'),
    errors: rate('errors'),
    cpuShare: rate('cpuSeconds'),
  };
}

function increases(last: Totals['disconnects'], now: Totals['disconnects']): readonly Disconnects[] {
  return [...now]
    .map(([reason, count]) => ({ reason, count: count - (last.get(reason) ?? 0) }))
    .filter(({ count }) => count > 0);
}

/** Commands answered with an error, and HTTP requests that failed with a server error. */
function isError({ name, labels }: Count): boolean {
  if (name === 'banyan_command_errors_total') return true;
  return name === 'banyan_http_requests_total' && labels.status?.startsWith('5') === true;
}

function sumOf(counts: readonly Count[]): number {
  return counts.reduce((sum, { value }) => sum + value, 0);
}

/** Three significant places: what a chart can show. */
function rounded(measures: Readonly<Record<Measure, number | null>>): Readonly<Record<Measure, number | null>> {
  return perMeasure((measure) => {
    const value = measures[measure];
    return value === null ? null : Math.round(value * 1_000) / 1_000;
  });
}
