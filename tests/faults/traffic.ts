import { Centrifuge } from 'centrifuge';
import WebSocket from 'ws';
import type { Attempt, Entry, Evidence, History, Reader } from './oracle.ts';
import { GIVE_UP_MS, inTime, Tally } from './tally.ts';

/** The client's timeout for a reply, after which it counts as lost. */
const ANSWER_MS = 5_000;
/** Short, because a test waits for it; the clients' default starts at 500 ms. */
const RECONNECT_MS = { minReconnectDelay: 5, maxReconnectDelay: 50 };
const PAGE = 1_000;

export type Sending = {
  /** The sender of the messages. */
  readonly name: string;
  /** Returns the channel for the next message. */
  readonly channel: () => string;
  /** Messages it has in flight at once. */
  readonly lanes: number;
  /** Added to every message to make it longer. */
  readonly padding?: string;
};

type Followed = Reader & { readonly seen: Entry[]; readonly epochs: Set<string>; unrecovered: number };

/**
 * Stock clients that publish to and follow one server's channels, and record everything they did and received. Senders
 * resend a message as a new attempt until it is acked.
 */
export class Traffic {
  readonly attempts: Attempt[] = [];
  readonly acks = new Tally();
  readonly readers: Followed[] = [];
  /** Error codes of refused attempts. */
  readonly refusals: number[] = [];
  /** Close codes of lost connections. */
  readonly lost: number[] = [];
  readonly #socketUrl: string;
  readonly #clients: Centrifuge[] = [];
  readonly #lanes: Promise<void>[] = [];
  #stopping = false;

  constructor(socketUrl: string) {
    this.#socketUrl = socketUrl;
  }

  /** A connected client. */
  async connect(): Promise<Centrifuge> {
    const client = new Centrifuge(this.#socketUrl, { websocket: WebSocket, timeout: ANSWER_MS, ...RECONNECT_MS });
    client.on('connecting', ({ code }) => {
      if (code !== 0) this.lost.push(code);
    });
    this.#clients.push(client);
    client.connect();
    await client.ready(GIVE_UP_MS);
    return client;
  }

  /** Follows channels that have no publications yet. */
  async follow(name: string, channels: readonly string[]): Promise<void> {
    const client = await this.connect();
    for (const channel of channels) {
      const reader: Followed = { name, channel, after: 0, seen: [], epochs: new Set(), unrecovered: 0 };
      this.readers.push(reader);
      const subscription = client.newSubscription(channel, { minResubscribeDelay: 5, maxResubscribeDelay: 50 });
      subscription.on('publication', ({ offset = 0, data }) => reader.seen.push({ offset, id: data.id }));
      subscription.on('subscribed', ({ streamPosition, wasRecovering, recovered }) => {
        reader.epochs.add(streamPosition?.epoch ?? '');
        if (wasRecovering && !recovered) reader.unrecovered += 1;
      });
      subscription.subscribe();
      await subscription.ready(GIVE_UP_MS);
    }
  }

  /** Starts sending, one message at a time in every lane, until `settle`. */
  async send(sending: Sending): Promise<void> {
    const client = await this.connect();
    let count = 0;
    const run = async () => {
      while (!this.#stopping) {
        count += 1;
        await this.#sendUntilAcked(client, sending, `${sending.name}-${count}`);
      }
    };
    for (let lane = 0; lane < sending.lanes; lane += 1) this.#lanes.push(run());
  }

  async #sendUntilAcked(client: Centrifuge, { name, channel, padding }: Sending, message: string): Promise<void> {
    const to = channel();
    for (let times = 1; ; times += 1) {
      const attempt = this.publish(client, { channel: to, sender: name, id: `${message}.${times}` }, padding);
      if ((await attempt).outcome === 'acked') return;
    }
  }

  /** Publishes once; resolves when the outcome is known, or known to be lost. */
  async publish(client: Centrifuge, what: Omit<Attempt, 'outcome'>, padding?: string): Promise<Attempt> {
    const attempt: Attempt = { ...what, outcome: 'unknown' };
    this.attempts.push(attempt);
    try {
      await client.publish(what.channel, { id: what.id, padding });
      attempt.outcome = 'acked';
      this.acks.add();
    } catch (error) {
      const { code } = error as { readonly code: number };
      // Lower numbers are the client's own codes: there was no reply.
      if (code >= 100) {
        attempt.outcome = 'refused';
        this.refusals.push(code);
      }
    }
    return attempt;
  }

  /** Stops sending; resolves when every message in flight has been acked. */
  async settle(): Promise<void> {
    this.#stopping = true;
    await inTime('the last acks', Promise.all(this.#lanes));
  }

  /** What everybody did and received, once the readers have received everything or timed out. */
  async evidence(): Promise<Evidence> {
    const client = await this.connect();
    const channels = new Set([...this.attempts, ...this.readers].map(({ channel }) => channel));
    const histories = await Promise.all([...channels].map((channel) => readHistory(client, channel)));
    const tops = new Map(histories.map(({ channel, entries }) => [channel, entries.at(-1)?.offset ?? 0]));
    const behind = () =>
      this.readers.some(({ channel, seen }) => (seen.at(-1)?.offset ?? 0) < (tops.get(channel) ?? 0));
    const deadline = Date.now() + GIVE_UP_MS;
    while (behind() && Date.now() < deadline) await Bun.sleep(5);
    return { attempts: this.attempts, histories, readers: this.readers };
  }

  close(): void {
    this.#stopping = true;
    for (const client of this.#clients) client.disconnect();
  }
}

/** A channel's whole history, page by page. */
export async function readHistory(client: Centrifuge, channel: string): Promise<History> {
  const entries: Entry[] = [];
  let { epoch, publications } = await client.history(channel, { limit: PAGE });
  while (publications.length > 0) {
    for (const { offset = 0, data } of publications) entries.push({ offset, id: data.id });
    const since = { epoch, offset: entries.at(-1)?.offset ?? 0 };
    ({ epoch, publications } = await client.history(channel, { limit: PAGE, since }));
  }
  return { channel, epoch, entries };
}
