import { afterEach, expect, test } from 'bun:test';
import type { Client } from '../../client/client.ts';
import { BanyanError } from '../../client/errors.ts';
import type { TimelineEntry } from '../../src/contracts/chat/contract.ts';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { clientOf, register } from '../servers/people.ts';
import { Random } from '../simulation/random.ts';
import { crashOnce, ROUNDS, SEED } from './crashes.ts';
import { type Attempt, type Entry, findViolations, type Reader } from './oracle.ts';
import { inTime, Tally, until } from './tally.ts';

const KILLS = Math.max(10, Math.ceil(ROUNDS / 5));
const LANES = 6;

type Answer = {
  readonly offset: number;
  readonly sentAt: number;
  /** When the answered attempt began. */
  readonly askedAt: number;
};
type Sent = Answer & { readonly key: string; readonly text: string };

let server: BanyanProcess;
const clients: Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect();
  await server.stop();
});

/** A member of the room who follows it from now on. */
async function follow(client: Client, room: string): Promise<Reader> {
  const channel = `room:${room}`;
  const seen: Entry[] = [];
  const epochs = new Set<string>();
  const reader = { name: 'bob', channel, after: 0, seen, epochs, unrecovered: 0 };
  client.onPublication('room:', ({ channel: from, offset = 0, data }) => {
    if (from === channel) seen.push({ offset, id: data.type === 'message' ? data.key : data.type });
  });
  client.onSubscribed(channel, ({ position, wasRecovering, recovered }) => {
    if (epochs.size === 0) reader.after = position?.offset ?? 0;
    epochs.add(position?.epoch ?? '');
    if (wasRecovering && !recovered) reader.unrecovered += 1;
  });
  client.connect();
  await until('the room', () => epochs.size > 0);
  return reader;
}

/** Sends messages one after another, repeating each with its key until it is answered. */
class Sender {
  readonly acks = new Tally();
  readonly sent: Sent[] = [];
  readonly attempts: Attempt[] = [];
  stopping = false;
  readonly #client: Client;
  readonly #room: string;
  readonly #random: Random;

  constructor(client: Client, room: string, random: Random) {
    this.#client = client;
    this.#room = room;
    this.#random = random;
  }

  /** Messages written by an attempt before the answered one. */
  get resent(): number {
    return this.sent.filter(({ sentAt, askedAt }) => sentAt < askedAt).length;
  }

  async run(lane: string): Promise<void> {
    for (let count = 1; !this.stopping; count += 1) {
      const message = { key: `${lane}-message-${count}`, text: `${count} of ${lane}` };
      this.attempts.push({ id: message.key, channel: `room:${this.#room}`, sender: lane, outcome: 'acked' });
      const answer = await this.answer(message);
      this.sent.push({ ...message, ...answer });
      this.acks.add();
      if (this.#random.chance(0.1)) await this.#askAgain(this.#random.pick(this.sent));
    }
  }

  async #askAgain(earlier: Sent): Promise<void> {
    const { offset, sentAt } = await this.answer(earlier);
    expect({ offset, sentAt }).toEqual({ offset: earlier.offset, sentAt: earlier.sentAt });
  }

  /** Over the connection or over HTTP, at random. */
  async answer({ key, text }: Pick<Sent, 'key' | 'text'>): Promise<Answer> {
    for (;;) {
      const overHttp = this.#random.chance(0.5);
      const askedAt = Date.now();
      try {
        return { ...(await this.#client.call('chat.send', { room: this.#room, key, text }, { overHttp })), askedAt };
      } catch (error) {
        if (!(error instanceof BanyanError && error.temporary)) throw error;
        await Bun.sleep(this.#random.between(0, 20));
      }
    }
  }
}

async function timeline(client: Client, room: string): Promise<{ epoch: string; entries: TimelineEntry[] }> {
  const entries: TimelineEntry[] = [];
  for (;;) {
    const after = entries.map((entry) => (entry.kind === 'message' ? entry.message.offset : entry.offset)).at(-1) ?? 0;
    const page = await client.call('chat.history', { room, after, limit: 100 });
    entries.push(...page.entries);
    if (!page.hasAfter) return { epoch: page.epoch, entries };
  }
}

test(`ID1 ID2 ID3 RE5: a message resent over ${KILLS} kills or more is stored once (seed ${SEED})`, async () => {
  const random = new Random(SEED);
  server = await startBanyan({
    BANYAN_HISTORY_LIMIT: '10000',
    BANYAN_CHAT_MESSAGES_PER_MINUTE: '0',
    BANYAN_CHAT_ROOM_MESSAGES_PER_MINUTE: '0',
  });
  const ada = await register(server, 'ada', server.ownerInvite as string);
  const sending = clientOf(server, ada);
  const { code } = await sending.call('accounts.createInvite', {});
  const bob = await register(server, 'bob', code);
  const reading = clientOf(server, bob);
  clients.push(sending, reading);
  sending.connect();
  const { id: room } = await sending.call('chat.createGroup', {
    title: 'Ivy',
    members: [bob.id],
    key: 'the-only-group',
  });
  const reader = await follow(reading, room);

  const sender = new Sender(sending, room, random);
  const lanes = Array.from({ length: LANES }, (_, lane) => sender.run(`lane-${lane}`));
  // This test is about kills between the write and the reply: continue until one has hit there.
  for (let kill = 0; kill < KILLS || (sender.resent === 0 && kill < 20 * KILLS); kill += 1) {
    await crashOnce(server, sender.acks, random);
    for (const client of clients) client.retryNow();
  }
  sender.stopping = true;
  await inTime('the last answers', Promise.all(lanes));

  const { epoch, entries } = await timeline(sending, room);
  const messages = entries.flatMap((entry) => (entry.kind === 'message' ? [entry.message] : []));
  expect(messages.map(({ key, text, offset, sentAt }) => ({ key, text, offset, sentAt }))).toEqual(
    sender.sent.map(({ askedAt: _, ...message }) => message).toSorted((a, b) => a.offset - b.offset),
  );
  expect(sender.resent).toBeGreaterThan(0);
  const history = entries.map((entry) =>
    entry.kind === 'message'
      ? { offset: entry.message.offset, id: entry.message.key }
      : { offset: entry.offset, id: entry.event.type },
  );
  await until('the last message', () => reader.seen.at(-1)?.offset === history.at(-1)?.offset);
  const created: Attempt = { id: 'created', channel: `room:${room}`, sender: 'ada', outcome: 'acked' };
  expect(
    findViolations({
      attempts: [created, ...sender.attempts],
      histories: [{ channel: `room:${room}`, epoch, entries: history }],
      readers: [reader],
    }),
  ).toEqual([]);
  const first = sender.sent[0] as Sent;
  const other = sending.call('chat.send', { room, key: first.key, text: 'something else' });
  expect(await other.catch((error: BanyanError) => error.name)).toBe('conflict');
}, 600_000);
