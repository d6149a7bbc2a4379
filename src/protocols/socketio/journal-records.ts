import type { Node } from '../../core/node/node.ts';
import type { Position } from '../../ports/log.ts';
import type { Journal } from './journal.ts';

/** The interval of the records, in milliseconds. */
const PAUSE_MS = 200;
/** The limit of watched channels; above it, watching starts again with those requested from then on. */
const WATCHED = 5_000;
/** Channels per record. */
const RECORD_CHANNELS = 500;
/** How many of the newest entries are read at the start. */
const ENTRIES = 200_000;
const PAGE = 500;

/**
 * The last offset sent in a channel when the journal was at `number`. Up to `since` the previous entry holds; -1:
 * unknown.
 */
type Entry = Position & { readonly number: number; readonly since: number; readonly part: number };

type Written = {
  readonly run: string;
  /** Increased each time watching starts again. */
  readonly part: number;
  readonly number: number;
  /** Everything sent in watched channels up to here is recorded. */
  readonly clean: number;
  readonly told: readonly (readonly [channel: string, since: number, epoch: string, offset: number])[];
};

type Run = { readonly entries: Map<string, Entry[]>; readonly cleanIn: Map<number, number> };

/** A query: the last offset sent in a channel when the journal of that run was at `number`. */
export type Asked = {
  readonly run: string;
  readonly number: number;
  /** The channel's epoch, and the offset certainly sent. */
  readonly from: Position;
};

/**
 * The journal of channels, for clients in several of them, recorded on disk five times a second: after a kill a
 * client's last event then determines its position in each. Publications of the moment before the kill are missing.
 */
export class JournalRecords {
  readonly #node: Node;
  readonly #journal: Journal;
  readonly #run: string;
  readonly #channel: string;
  readonly #watched = new Set<string>();
  /** Channels with an unwritten entry, with the number up to which the last entry holds. */
  readonly #unwritten = new Map<string, number>();
  #part = 0;
  /** The number of the last record. */
  #written = 0;
  #isWaiting = false;
  #before = new Map<string, Run>();

  /** `run` tells runs of the server apart; `channel` holds the records. */
  constructor(node: Node, journal: Journal, { run, channel }: { readonly run: string; readonly channel: string }) {
    this.#node = node;
    this.#journal = journal;
    this.#run = run;
    this.#channel = channel;
    journal.listen((name) => {
      if (this.#watched.has(name)) this.#mark(name, this.#written);
    });
  }

  /** Starts to record the offsets of these channels. */
  watch(channels: readonly string[]): void {
    const fresh = channels.filter((channel) => !this.#watched.has(channel));
    if (this.#watched.size + fresh.length > WATCHED) this.#beginAnew();
    for (const channel of fresh.slice(0, WATCHED)) {
      this.#watched.add(channel);
      this.#mark(channel, -1);
    }
  }

  /** To be called once, before anything is published. */
  async load(): Promise<void> {
    const records: Written[] = [];
    let [before, left] = [Number.POSITIVE_INFINITY, ENTRIES];
    while (left > 0) {
      const range = before === Number.POSITIVE_INFINITY ? {} : { after: before };
      const { publications } = await this.#node.read(this.#channel, { limit: PAGE, reverse: true, ...range });
      if (publications.length === 0) break;
      for (const { data } of publications) {
        const record = JSON.parse(data) as Written;
        records.push(record);
        left -= 1 + record.told.length;
      }
      before = publications.at(-1)?.offset ?? 0;
    }
    for (const record of records.reverse()) this.#learn(record);
  }

  /** Writes everything pending. To be called when nothing more is sent. */
  async settled(): Promise<void> {
    // Twice for all watched channels: what cannot be written now never will be.
    for (let left = (2 * WATCHED) / RECORD_CHANNELS; left > 0 && this.#unwritten.size > 0; left -= 1)
      await this.#write();
  }

  /** The offset an earlier run had sent; undefined if unknown. `top`: the upper bound of what its clients were sent. */
  offsetAt(channel: string, { run, number, from }: Asked, top: Position | undefined): number | undefined {
    const known = this.#before.get(run);
    const entries = (known?.entries.get(channel) ?? []).filter(({ epoch }) => epoch === from.epoch);
    const last = entries.findLast((entry) => entry.number <= number);
    const next = entries.find((entry) => entry.number > number);
    const told = Math.max(from.offset, last?.offset ?? 0);
    if (last !== undefined) {
      const unchangedUntil = next?.part === last.part ? next.since : (known?.cleanIn.get(last.part) ?? 0);
      if (number <= unchangedUntil) return told;
    }
    // The upper bound of what was sent later, or of what there was.
    const most = next ?? (top?.epoch === from.epoch ? top : undefined);
    return most !== undefined && most.offset <= told ? told : undefined;
  }

  #mark(channel: string, since: number): void {
    if (this.#unwritten.has(channel)) return;
    this.#unwritten.set(channel, since);
    this.#writeLater();
  }

  #beginAnew(): void {
    this.#part += 1;
    this.#watched.clear();
    this.#unwritten.clear();
  }

  #writeLater(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#node.clock.after(PAUSE_MS, () => {
      this.#write()
        .catch((error) => {
          this.#node.report(error, 'socketio.record_failed');
          // The content of this record is lost.
          this.#beginAnew();
        })
        .finally(() => {
          this.#isWaiting = false;
          if (this.#unwritten.size > 0) this.#writeLater();
        });
    });
  }

  async #write(): Promise<void> {
    const number = this.#journal.last;
    const told = [...this.#unwritten].slice(0, RECORD_CHANNELS).flatMap(([channel, since]) => {
      this.#unwritten.delete(channel);
      const place = this.#toldOf(channel);
      return place === undefined ? [] : [[channel, since, place.epoch, place.offset] as const];
    });
    if (told.length === 0) return;
    const unwritten = [...this.#unwritten.values()].filter((since) => since >= 0);
    this.#written = number;
    const record = { run: this.#run, part: this.#part, number, clean: Math.min(number, ...unwritten), told };
    await this.#node.publish(this.#channel, JSON.stringify(record satisfies Written));
  }

  /** Undefined if not known yet: it is read again as long as the channel has subscribers. */
  #toldOf(name: string): Position | undefined {
    const told = this.#journal.toldOf(name);
    if (told !== undefined) return told;
    const channel = this.#node.hub.get(name);
    // A pending publication is part of its position, but not sent yet.
    if (channel?.isReady === true && channel.pending.length === 0) return channel.position;
    if (channel === undefined) this.#watched.delete(name);
    else this.#unwritten.set(name, -1);
    return undefined;
  }

  #learn({ run, part, number, clean, told }: Written): void {
    const known: Run = this.#before.get(run) ?? { entries: new Map(), cleanIn: new Map() };
    this.#before.set(run, known);
    known.cleanIn.set(part, clean);
    for (const [channel, since, epoch, offset] of told) {
      const entries = known.entries.get(channel) ?? [];
      entries.push({ number, since, epoch, offset, part });
      known.entries.set(channel, entries);
    }
  }
}
