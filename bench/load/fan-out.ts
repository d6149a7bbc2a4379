import type { Histogram } from '../../src/cli/bench/histogram.ts';
import type { Wire } from '../wires/wire.ts';
import { Deliveries } from './deliveries.ts';
import { idle, inWaves, join } from './join.ts';
import { FIRST_ID, MessageTemplate, micros, stampedPayload } from './message.ts';
import { type Pace, startPacing } from './pace.ts';
import type { Line } from './socket.ts';
import { traffic } from './tcp.ts';

export type FanOutPlan = {
  readonly port: number;
  readonly wire: Wire;
  readonly channel: string;
  readonly subscribers: number;
  readonly payloadBytes: number;
  /** The padding of payloads. */
  readonly filler?: string;
  readonly pace: Pace;
  readonly warmSecs: number;
  readonly secs: number;
  /** Called when the measured time begins and when it ends. */
  readonly onMeasuring?: (measuring: boolean) => void;
};

export type FanOutResult = {
  readonly seconds: number;
  readonly published: number;
  readonly delivered: number;
  /** Over TCP in that time, with framing. */
  readonly receivedBytes: number;
  /** From the time a publication was due to each of its deliveries. */
  readonly latency: Histogram;
  /** Publications × subscribers − deliveries, two seconds after the last publication, over the whole run. */
  readonly missing: number;
  readonly closedSubscribers: number;
};

/** One publisher, many subscribers of one channel: deliveries per second, and their latency. */
export async function runFanOut(plan: FanOutPlan): Promise<FanOutResult> {
  const deliveries = new Deliveries(plan.payloadBytes);
  let closedSubscribers = 0;
  let closing = false;
  const sockets = await inWaves(plan.subscribers, () => join(plan.port, plan.wire.subscriber(plan.channel), plan.wire));
  for (const socket of sockets) {
    const { onFrame } = idle(socket, plan.wire);
    socket.handOver({
      onFrame: (buffer, start, end, opcode) => {
        if (!deliveries.take(buffer, start, end)) onFrame(buffer, start, end, opcode);
      },
      onReadEnd: () => deliveries.endRead(),
      onClose: () => {
        if (!closing) closedSubscribers += 1;
      },
    });
  }
  const publisher = await join(plan.port, plan.wire.publisher(plan.channel, 0), plan.wire);
  try {
    const measured = await measure(plan, publisher, deliveries);
    return { ...measured, latency: deliveries.latency, closedSubscribers };
  } finally {
    closing = true;
    for (const socket of [...sockets, publisher]) socket.cut();
  }
}

async function measure(plan: FanOutPlan, publisher: Line, deliveries: Deliveries) {
  const template = new MessageTemplate(
    plan.wire.publication(plan.channel, stampedPayload(plan.payloadBytes, plan.filler), 0),
  );
  let sent = 0;
  const stopPacing = startPacing(plan.pace, {
    done: () => Math.floor(deliveries.count / plan.subscribers),
    send: (due) => {
      publisher.send(template.stamped(FIRST_ID + sent, due));
      sent += 1;
    },
  });
  await Bun.sleep(plan.warmSecs * 1000);
  const before = { sent, delivered: deliveries.count, received: traffic.received, at: micros() };
  plan.onMeasuring?.(true);
  deliveries.recording = true;
  await Bun.sleep(plan.secs * 1000);
  deliveries.recording = false;
  plan.onMeasuring?.(false);
  const seconds = (micros() - before.at) / 1e6;
  const measured = {
    seconds,
    published: sent - before.sent,
    delivered: deliveries.count - before.delivered,
    receivedBytes: traffic.received - before.received,
  };
  stopPacing();
  const missing = () => sent * plan.subscribers - deliveries.count;
  for (let i = 0; i < 20 && missing() > 0; i += 1) await Bun.sleep(100);
  return { ...measured, missing: missing() };
}
