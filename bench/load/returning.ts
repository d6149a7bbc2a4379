import { Histogram } from '../../src/cli/bench/histogram.ts';
import type { Recovery } from '../wires/recovery.ts';
import type { Role } from '../wires/wire.ts';
import { inWaves, join, stepsOf, take } from './join.ts';
import { micros } from './message.ts';
import { type Line, LoadSocket } from './socket.ts';

export type ReturningPlan = {
  readonly port: number;
  readonly recovery: Recovery;
  /** Assigned to clients in turn. */
  readonly channels: readonly string[];
  readonly clients: number;
  /** Publications per channel while the clients are disconnected. */
  readonly missed: number;
  readonly onMeasuring?: (measuring: boolean) => void;
};

export type ReturningResult = {
  /** From the first connection attempt until each client had all it missed. */
  readonly latency: Histogram;
  readonly recovered: number;
  /** Clients that got anything but exactly what they missed, in order, recovered by the server. */
  readonly wrong: number;
};

/** The timeout of the reconnect. */
const MAX_MS = 60_000;
const NOTICE_MS = 1_500;
const MARK = Buffer.from('"missed":');

/** Clients subscribe, are all disconnected, miss publications, and reconnect all at once. */
export async function runReturning(plan: ReturningPlan): Promise<ReturningResult> {
  const visitors = await inWaves(plan.clients, (index) => visit(plan, index));
  const publisher = await join(plan.port, plan.recovery.wire.publisher('', 0), plan.recovery.wire);
  // One publication to all: it gives each client its position.
  await publishEverywhere(plan, publisher, 0);
  await waitUntil(() => visitors.every(({ heard }) => heard.includes(MARK.toString())));
  for (const { socket } of visitors) socket.cut();
  await Bun.sleep(NOTICE_MS);
  for (let number = 1; number <= plan.missed; number += 1) await publishEverywhere(plan, publisher, number);
  const roles = visitors.map(({ heard }, index) => plan.recovery.comeBack(channelOf(plan, index), heard));
  const result = await comeBack(plan, roles);
  publisher.cut();
  return result;
}

function channelOf({ channels }: ReturningPlan, index: number): string {
  return channels[index % channels.length] ?? '';
}

type Visitor = { readonly socket: LoadSocket; heard: string };

async function visit({ port, recovery, channels }: ReturningPlan, index: number): Promise<Visitor> {
  const role = recovery.wire.subscriber(channels[index % channels.length] ?? '');
  const socket = await LoadSocket.connect({ port, ...role }, { onFrame: () => {} });
  const visitor: Visitor = { socket, heard: '' };
  for (const step of stepsOf(role, '')) visitor.heard += await take(socket, step, recovery.wire);
  socket.handOver({
    onFrame: (buffer, start, end) => {
      visitor.heard += buffer.toString('latin1', start, end);
    },
  });
  return visitor;
}

async function publishEverywhere(plan: ReturningPlan, publisher: Line, number: number): Promise<void> {
  const { wire, ack } = plan.recovery;
  const payload = `{"missed":${number},"text":"${'x'.repeat(100)}"}`;
  for (const channel of plan.channels) {
    await take(publisher, { say: wire.publication(channel, payload, 0), until: ack }, wire);
  }
}

async function comeBack(plan: ReturningPlan, roles: readonly Role[]): Promise<ReturningResult> {
  const latency = new Histogram();
  let recovered = 0;
  plan.onMeasuring?.(true);
  const start = micros();
  const clients = roles.map(
    (role) =>
      new ReturningClient(plan, role, () => {
        recovered += 1;
        latency.record(micros() - start);
      }),
  );
  await waitUntil(() => recovered === roles.length || clients.some(({ failed }) => failed));
  plan.onMeasuring?.(false);
  // Time for unexpected publications: repeats.
  await Bun.sleep(300);
  const wrong = clients.filter((client) => !client.isRight()).length;
  for (const client of clients) client.leave();
  return { latency, recovered, wrong };
}

class ReturningClient {
  failed = false;
  readonly #plan: ReturningPlan;
  readonly #frames: Buffer[] = [];
  #socket: LoadSocket | null = null;
  #count = 0;

  constructor(plan: ReturningPlan, role: Role, onRecovered: () => void) {
    this.#plan = plan;
    const onFrame = (buffer: Buffer, start: number, end: number) => {
      const frame = Buffer.from(buffer.subarray(start, end));
      this.#frames.push(frame);
      const before = this.#count;
      for (let at = frame.indexOf(MARK); at >= 0; at = frame.indexOf(MARK, at + MARK.length)) this.#count += 1;
      if (before < plan.missed && this.#count >= plan.missed) onRecovered();
    };
    const onClose = () => {
      this.failed = true;
    };
    LoadSocket.connect({ port: plan.port, ...role }, { onFrame, onClose }).then((socket) => {
      this.#socket = socket;
      for (const { say } of role.steps) if (typeof say !== 'function') socket.say(say);
    }, onClose);
  }

  /** True if exactly 1, 2, 3 … `missed` arrived, after the server confirmed the recovery. */
  isRight(): boolean {
    const text = Buffer.concat(this.#frames).toString('latin1');
    const numbers = Array.from(text.matchAll(/"missed":(\d+)/g), (match) => Number(match[1]));
    const inOrder = numbers.every((number, index) => number === index + 1);
    return inOrder && numbers.length === this.#plan.missed && text.includes(this.#plan.recovery.proof);
  }

  leave(): void {
    this.#socket?.cut();
  }
}

async function waitUntil(done: () => boolean): Promise<void> {
  for (const until = performance.now() + MAX_MS; !done() && performance.now() < until; ) await Bun.sleep(5);
}
