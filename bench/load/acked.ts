import type { Histogram } from '../../src/cli/bench/histogram.ts';
import type { AckedWire } from '../wires/wire.ts';
import { Deliveries } from './deliveries.ts';
import { idle, inWaves, join } from './join.ts';
import { MessageTemplate, micros, stampedPayload } from './message.ts';
import type { Pace } from './pace.ts';
import { type AckTally, newTally, Publisher } from './publisher.ts';
import type { Line } from './socket.ts';
import { onTurn } from './tcp.ts';

/**
 * The subscribers of each channel, whose deliveries are counted: separate ones, which also check offsets, or the
 * channel's publishers, as in rooms the server subscribes members to.
 */
export type Hearers = { readonly kind: 'subscribers' | 'publishers'; readonly perChannel: number };

export type AckedPlan = {
  readonly port: number;
  readonly wire: AckedWire;
  /** Assigned to publishers in turn. */
  readonly channels: readonly string[];
  readonly publishers: number;
  /** `inFlight` of a window is the total of all publishers, at least one each. */
  readonly pace: Pace;
  readonly payloadBytes: number;
  readonly warmSecs: number;
  readonly secs: number;
  readonly hearers: Hearers;
  readonly onMeasuring?: (measuring: boolean) => void;
};

export type AckedResult = {
  readonly seconds: number;
  readonly acked: number;
  /** Answered with an error (a full queue); over the whole run. */
  readonly refused: number;
  /** From the time a publication was due to its ack. */
  readonly ackLatency: Histogram;
  readonly deliveryLatency: Histogram;
  /** Missing deliveries of acked publications, over the whole run. */
  readonly missing: number;
  /** How often a subscriber received anything but the next offset. */
  readonly outOfOrder: number;
};

/**
 * Many publishers that wait for each ack: how many publications per second the server accepts, and with which latency.
 */
export async function runAcked(plan: AckedPlan): Promise<AckedResult> {
  const watch = new Watch(plan);
  const tally = newTally();
  const { kind, perChannel } = plan.hearers;
  const subscribers = await inWaves(kind === 'subscribers' ? plan.channels.length * perChannel : 0, (index) =>
    join(plan.port, plan.wire.subscriber(channelOf(plan, index)), plan.wire),
  );
  for (const socket of subscribers) watch.follow(socket);
  const sockets = await inWaves(plan.publishers, (index) =>
    join(plan.port, plan.wire.publisher(channelOf(plan, index), index), plan.wire),
  );
  const publishers = sockets.map(
    (socket, index) =>
      new Publisher({
        socket,
        wire: plan.wire,
        tally,
        template: templateOf(plan, index),
        ...(kind === 'publishers' && { deliveries: watch.deliveries }),
      }),
  );
  try {
    return { ...(await measure(plan, { publishers, tally, watch })), ackLatency: tally.latency };
  } finally {
    for (const socket of [...subscribers, ...sockets]) socket.cut();
  }
}

function channelOf(plan: AckedPlan, index: number): string {
  return plan.channels[index % plan.channels.length] ?? '';
}

function templateOf(plan: AckedPlan, index: number): MessageTemplate {
  return new MessageTemplate(plan.wire.publication(channelOf(plan, index), stampedPayload(plan.payloadBytes), index));
}

type Running = {
  readonly publishers: readonly Publisher[];
  readonly tally: AckTally;
  readonly watch: Watch;
};

async function measure(plan: AckedPlan, { publishers, tally, watch }: Running) {
  const stop = startPublishing(plan.pace, publishers);
  await Bun.sleep(plan.warmSecs * 1000);
  const before = { acked: tally.acked, at: micros() };
  const measuring = (on: boolean) => {
    plan.onMeasuring?.(on);
    tally.recording = on;
    watch.deliveries.recording = on;
  };
  measuring(true);
  await Bun.sleep(plan.secs * 1000);
  const seconds = (micros() - before.at) / 1e6;
  const acked = tally.acked - before.acked;
  measuring(false);
  stop();
  const missing = () => tally.acked * plan.hearers.perChannel - watch.deliveries.count;
  const unanswered = () => tally.sent - tally.acked - tally.refused;
  for (let i = 0; i < 50 && (unanswered() > 0 || missing() > 0); i += 1) await Bun.sleep(100);
  if (unanswered() > 0) throw new Error(`${unanswered()} publications were never answered`);
  const { outOfOrder, deliveries } = watch;
  return {
    seconds,
    acked,
    refused: tally.refused,
    missing: missing(),
    outOfOrder,
    deliveryLatency: deliveries.latency,
  };
}

function startPublishing(pace: Pace, publishers: readonly Publisher[]): () => void {
  if (pace.kind === 'rate') return publishAtRate(pace.perSecond, publishers);
  for (const publisher of publishers)
    publisher.keepInFlight(Math.max(1, Math.round(pace.inFlight / publishers.length)));
  return () => {
    for (const publisher of publishers) publisher.keepInFlight(0);
  };
}

/** Messages due in one turn of the poller are sent together, one per publisher in turn. */
function publishAtRate(perSecond: number, publishers: readonly Publisher[]): () => void {
  const start = micros();
  let sent = 0;
  return onTurn(() => {
    const due = Math.floor(((micros() - start) * perSecond) / 1e6);
    for (; sent < due; sent += 1)
      publishers[sent % publishers.length]?.queue(start + Math.floor((sent * 1e6) / perSecond));
    for (const publisher of publishers) publisher.flush();
    return false;
  });
}

/** The subscribers: counts deliveries, and checks that offsets are consecutive. */
class Watch {
  readonly deliveries: Deliveries;
  outOfOrder = 0;
  readonly #wire: AckedWire;

  constructor({ payloadBytes, wire }: AckedPlan) {
    this.deliveries = new Deliveries(payloadBytes);
    this.#wire = wire;
  }

  follow(socket: Line): void {
    const { onFrame } = idle(socket, this.#wire);
    let last = 0;
    socket.handOver({
      onFrame: (buffer, start, end, opcode) => {
        if (!this.deliveries.take(buffer, start, end)) return onFrame(buffer, start, end, opcode);
        for (const offset of this.#wire.offsets?.(buffer, start, end) ?? []) {
          if (offset !== last + 1) this.outOfOrder += 1;
          last = offset;
        }
      },
      onReadEnd: () => this.deliveries.endRead(),
    });
  }
}
