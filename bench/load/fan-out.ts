import type { Wire } from '../wires/wire.ts';
import { Histogram } from './histogram.ts';
import { idle, inWaves, join } from './join.ts';
import { FIRST_ID, MARK, MessageTemplate, micros, readStamp, STAMP_LENGTH, stampedPayload } from './message.ts';
import { type Pace, startPacing } from './pace.ts';
import type { LoadSocket } from './socket.ts';

export type FanOutPlan = {
  readonly port: number;
  readonly wire: Wire;
  readonly channel: string;
  readonly subscribers: number;
  readonly payloadBytes: number;
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
  /** From the moment a publication was due to each of its deliveries. */
  readonly latency: Histogram;
  /** Publications × subscribers − deliveries, two seconds after the last publication, over the whole run. */
  readonly missing: number;
  readonly closedSubscribers: number;
};

/** One publisher, many subscribers of one channel: how many deliveries a second, and how late. */
export async function runFanOut(plan: FanOutPlan): Promise<FanOutResult> {
  const deliveries = new Deliveries();
  let closedSubscribers = 0;
  let closing = false;
  const sockets = await inWaves(plan.subscribers, () => join(plan.port, plan.wire.subscriber(plan.channel)));
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
  const publisher = await join(plan.port, plan.wire.publisher(plan.channel));
  publisher.handOver(idle(publisher, plan.wire));
  try {
    const measured = await measure(plan, publisher, deliveries);
    return { ...measured, latency: deliveries.latency, closedSubscribers };
  } finally {
    closing = true;
    for (const socket of [...sockets, publisher]) socket.cut();
  }
}

async function measure(plan: FanOutPlan, publisher: LoadSocket, deliveries: Deliveries) {
  const template = new MessageTemplate(plan.wire.publication(plan.channel, stampedPayload(plan.payloadBytes)));
  let sent = 0;
  const stopPacing = startPacing(plan.pace, {
    done: () => Math.floor(deliveries.count / plan.subscribers),
    send: (due) => {
      publisher.send(template.stamped(FIRST_ID + sent, due));
      sent += 1;
    },
  });
  await Bun.sleep(plan.warmSecs * 1000);
  const before = { sent, delivered: deliveries.count, at: micros() };
  plan.onMeasuring?.(true);
  deliveries.recording = true;
  await Bun.sleep(plan.secs * 1000);
  deliveries.recording = false;
  plan.onMeasuring?.(false);
  const seconds = (micros() - before.at) / 1e6;
  const measured = { seconds, published: sent - before.sent, delivered: deliveries.count - before.delivered };
  stopPacing();
  const missing = () => sent * plan.subscribers - deliveries.count;
  for (let i = 0; i < 20 && missing() > 0; i += 1) await Bun.sleep(100);
  return { ...measured, missing: missing() };
}

/**
 * Counts publications in frames by their mark and times them by their stamp. A frame may hold several. The mark is
 * looked for where the last one stood first: in one run all frames look alike, so that nearly always hits.
 */
class Deliveries {
  count = 0;
  recording = false;
  readonly latency = new Histogram();
  #lead = 0;
  #now = 0;

  /** False when the frame holds no publication. */
  take(buffer: Buffer, start: number, end: number): boolean {
    let at = start + this.#lead;
    if (at + STAMP_LENGTH > end || !isMark(buffer, at)) {
      at = buffer.indexOf(MARK, start);
      if (at < 0 || at + STAMP_LENGTH > end) return false;
      this.#lead = at - start;
    }
    if (this.#now === 0) this.#now = micros();
    while (at >= 0 && at + STAMP_LENGTH <= end) {
      this.count += 1;
      if (this.recording) this.latency.record(this.#now - readStamp(buffer, at));
      if (end - at < 2 * STAMP_LENGTH) break;
      at = nextMark(buffer, at + STAMP_LENGTH, end);
    }
    return true;
  }

  endRead(): void {
    this.#now = 0;
  }
}

function isMark(buffer: Buffer, at: number): boolean {
  return buffer[at] === MARK[0] && buffer[at + 1] === MARK[1] && buffer[at + 2] === MARK[2];
}

/** Where the next mark in the frame begins, or -1. */
function nextMark(buffer: Buffer, from: number, end: number): number {
  const at = buffer.indexOf(MARK, from);
  return at < end ? at : -1;
}
