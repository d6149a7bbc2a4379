import {
  type Append,
  type AppendOutcome,
  ASSIGNED_OFFSET,
  type ChannelRange,
  type ClientInfo,
  type EntryRange,
  type Log,
  type Page,
  type Position,
  type ReadRange,
  type StoredEntry,
  type Write,
} from '../../ports/log.ts';
import { type AppendRow, type MarkedWrite, OFFSET_MARK, toOutcome, toPage, toStoredEntry } from './jobs.ts';
import type { Thread } from './thread.ts';

/** Channel logs on disk: WAL, synchronous=FULL, group commit in the writer's thread. An ack means fsync has returned. */
export class SqliteLog implements Log {
  /** The writer makes one transaction of all pending appends. */
  readonly promises = { durable: true, batches: true, inFlight: 8, entries: true, writes: true };
  readonly system = 'sqlite';
  readonly #writer: Thread;
  readonly #reader: Thread;

  readonly #onDamage: () => void;

  /** `onDamage`: a history read has hit damaged pages of the database. */
  constructor(writer: Thread, reader: Thread, onDamage: () => void) {
    this.#writer = writer;
    this.#reader = reader;
    this.#onDamage = onDamage;
  }

  async append(batch: readonly Append[]): Promise<readonly AppendOutcome[]> {
    const { epoch, outcomes } = await this.#writer.ask({ kind: 'append', rows: batch.map(toRow) });
    return outcomes.map((outcome) => toOutcome(outcome, epoch));
  }

  async read(channel: string, range: ReadRange): Promise<Page> {
    const reverse = range.reverse ?? false;
    const after = range.after ?? (reverse ? Number.MAX_SAFE_INTEGER : 0);
    const read = await this.#reader.ask({ kind: 'read', channel, after, limit: range.limit, reverse });
    if (read.damaged) this.#onDamage();
    return toPage(read);
  }

  async entries(channel: string, { after = '', limit }: EntryRange): Promise<readonly StoredEntry[]> {
    const { rows, damaged } = await this.#reader.ask({ kind: 'entries', channel, after, limit });
    if (damaged) this.#onDamage();
    return rows.map(toStoredEntry);
  }

  async position(channel: string): Promise<ChannelRange> {
    return (await this.read(channel, { limit: 0 })).top;
  }

  async trim(channel: string): Promise<Position> {
    const { epoch, top } = await this.#writer.ask({ kind: 'trim', channel });
    return { epoch, offset: top };
  }

  /** Removes what expired before `now` in inactive channels, in small steps. */
  async sweep(now: number): Promise<void> {
    let hasMore = true;
    while (hasMore) hasMore = await this.#writer.ask({ kind: 'expire', now });
  }

  async close(): Promise<void> {
    // The last connection to close checkpoints the WAL, which the read-only reader cannot.
    await this.#reader.close();
    await this.#writer.close();
  }
}

/** A session reuses one object for its identity in all its publications. */
const infoTexts = new WeakMap<ClientInfo, string>();

function textOf(info: ClientInfo): string {
  const known = infoTexts.get(info);
  if (known !== undefined) return known;
  const text = JSON.stringify(info);
  infoTexts.set(info, text);
  return text;
}

function toRow(append: Append): AppendRow {
  return [
    append.channel,
    append.data,
    append.time,
    append.key ?? null,
    append.info === undefined ? null : textOf(append.info),
    append.tags === undefined ? null : JSON.stringify(append.tags),
    append.retention.size,
    append.retention.ttlMs,
    append.writes === undefined || append.writes.length === 0 ? null : append.writes.map(toMarked),
    append.except ?? null,
    append.version === undefined ? null : [append.version.number, append.version.epoch],
    append.entry ?? null,
  ];
}

function toMarked({ sql, params }: Write): MarkedWrite {
  return [sql, params.map((param) => (param === ASSIGNED_OFFSET ? OFFSET_MARK : param))];
}
