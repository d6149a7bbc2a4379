import type { AckedWire } from '../wires/wire.ts';
import { join } from './join.ts';
import { ID, MessageTemplate, micros, stampedPayload } from './message.ts';
import { newTally, Publisher } from './publisher.ts';

export type FillPlan = {
  readonly port: number;
  readonly wire: AckedWire;
  /** The prefix of each channel's number. */
  readonly prefix: string;
  readonly channels: number;
  readonly payloadBytes: number;
};

/** The interval of progress checks. */
const CHECK_INTERVAL_MS = 20;
const IN_FLIGHT = 1_000;
/** Without acks for this long, there will be none. */
const STALL_MS = 30_000;

/**
 * Publishes one message into each of this many channels without subscribers. A few more may be written: those in flight
 * when the last one was acked. Throws if the server refuses one.
 */
export async function fillChannels(plan: FillPlan): Promise<{ readonly channels: number; readonly seconds: number }> {
  const { port, wire, prefix, channels, payloadBytes } = plan;
  const tally = newTally();
  const socket = await join(port, wire.publisher(prefix, 0), wire);
  // The number of the publication is also the channel's.
  const template = new MessageTemplate(wire.publication(`${prefix}${ID}`, stampedPayload(payloadBytes), 0));
  const publisher = new Publisher({ socket, wire, tally, template });
  const from = micros();
  try {
    publisher.keepInFlight(Math.min(IN_FLIGHT, channels));
    await reached(() => tally.acked, channels);
    publisher.keepInFlight(0);
    await reached(() => tally.acked + tally.refused, tally.sent);
  } finally {
    socket.cut();
  }
  if (tally.refused > 0) throw new Error(`${tally.refused} of ${tally.sent} publications were refused`);
  return { channels: tally.acked, seconds: (micros() - from) / 1e6 };
}

async function reached(done: () => number, wanted: number): Promise<void> {
  let [last, since] = [done(), Date.now()];
  for (; last < wanted; await Bun.sleep(CHECK_INTERVAL_MS)) {
    const now = done();
    if (now > last) since = Date.now();
    else if (Date.now() - since > STALL_MS) throw new Error(`stopped at ${last} of ${wanted} publications`);
    last = now;
  }
}
