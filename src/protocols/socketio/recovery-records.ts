import { CLOSED_NAMESPACE } from '../../core/channels/namespace.ts';
import { ClientError } from '../../core/errors.ts';
import type { Node } from '../../core/node/node.ts';
import type { NamespaceDefinition } from '../../core/operations/feature.ts';
import type { Position } from '../../ports/log.ts';
import { type ClientIdentity, type Joined, Membership } from './membership.ts';

/** Clients whose subscriptions survive the process; the oldest record is dropped first. */
const RECORDS = 10_000;
const PAGE = 1_000;
/** Channels whose position is read at the start, which must not take long. */
const TOPS = 1_000;

/** The internal namespace of the channels with records; no client can access it. */
export const RECORDS_NAMESPACE = 'socketio';
const CHANNEL = `${RECORDS_NAMESPACE}:clients`;
/** Contains what `JournalRecords` writes. */
export const JOURNAL_CHANNEL = `${RECORDS_NAMESPACE}:told`;
export const RECORDS_DEFINITION: NamespaceDefinition = {
  options: { ...CLOSED_NAMESPACE, history: 'durable', historySize: RECORDS },
};

type Written = {
  readonly pid: string;
  /** Absent in records of an older version. */
  readonly who?: ClientIdentity;
  /** Of the server; like `who`. */
  readonly run?: string;
  /** Epoch, floor, by whom, and like `who` the journal's number and the offset after the recovered publications. */
  readonly channels: readonly (readonly [string, string, number, 'client' | 'server', number?, number?])[];
};

/** The record's client. */
type Named = { readonly pid: string; readonly who: ClientIdentity; readonly run: string };

/** A client's recorded subscriptions, and the server's run. */
export type Recorded = { readonly membership: Membership; readonly run: string | undefined };

/** Records from before this process. */
type PreviousRun = { readonly memberships: Map<string, Recorded>; readonly tops: ReadonlyMap<string, Position> };

/**
 * Clients' subscriptions on disk: the server may be killed at any moment, and a reconnecting client does not name
 * channels. Only for clients with a durable channel: nothing else survives the process.
 */
export class RecoveryRecords {
  readonly #node: Node;
  readonly #keptMs: number;
  readonly #startedAt: number;
  #before: PreviousRun | undefined;

  constructor(node: Node, keptMs: number) {
    this.#node = node;
    this.#keptMs = keptMs;
    this.#startedAt = node.clock.now();
  }

  /** To be called once, before anything is published: clients of the last run have not received anything later. */
  async load(): Promise<void> {
    const memberships = await this.#readAll();
    const channels = new Set([...memberships.values()].flatMap(({ membership }) => [...membership.channels.keys()]));
    const tops = new Map<string, Position>();
    for (const channel of [...channels].slice(0, TOPS)) {
      const top = await this.#readTop(channel);
      if (top !== undefined) tops.set(channel, top);
    }
    this.#before = { memberships, tops };
  }

  /** Whether the channel survives the process. Throws like `Permissions.namespace`. */
  concerns(channel: string): boolean {
    return this.#node.permissions.namespace(channel).history === 'durable';
  }

  /** Resolves once it is on disk. Throws `ClientError` `tooManyRequests`. */
  async write({ pid, who, run }: Named, channels: ReadonlyMap<string, Joined>): Promise<void> {
    const places = [...channels].map(
      ([channel, { epoch, floor, by, number, offset }]) => [channel, epoch, floor, by, number, offset] as const,
    );
    await this.#node.publish(CHANNEL, JSON.stringify({ pid, who, run, channels: places } satisfies Written));
  }

  /** The client's subscriptions when the previous process ended; undefined if that is too long ago, or unknown. */
  find(pid: string): Recorded | undefined {
    if (this.#node.clock.now() > this.#startedAt + this.#keptMs) this.#before = undefined;
    const found = this.#before?.memberships.get(pid);
    return found === undefined || found.membership.channels.size === 0 ? undefined : found;
  }

  /** The client has reconnected: its earlier record is obsolete. */
  forget(pid: string): void {
    this.#before?.memberships.delete(pid);
  }

  /** The channel's position when this process began; undefined if it was not read. */
  topOf(channel: string): Position | undefined {
    return this.#before?.tops.get(channel);
  }

  /** Undefined if nothing is kept any more, as the settings have changed. */
  async #readTop(channel: string): Promise<Position | undefined> {
    try {
      return (await this.#node.read(channel, { limit: 0 })).top;
    } catch (error) {
      if (error instanceof ClientError) return undefined;
      throw error;
    }
  }

  async #readAll(): Promise<Map<string, Recorded>> {
    const found = new Map<string, Recorded>();
    let after = 0;
    for (;;) {
      const { publications, top } = await this.#node.read(CHANNEL, { limit: PAGE, after });
      for (const { data } of publications) {
        const { pid, who, run, channels } = JSON.parse(data) as Written;
        const membership = new Membership();
        membership.who = who;
        for (const [channel, epoch, floor, by, number = 0, offset = floor] of channels) {
          membership.channels.set(channel, { epoch, offset, floor, by, number });
        }
        found.set(pid, { membership, run });
      }
      after = publications.at(-1)?.offset ?? top.offset;
      if (after >= top.offset) return found;
    }
  }
}

/**
 * A client's position as it joins the channel: existing publications are not sent as events. `number`: the journal's
 * last number.
 */
export async function placeNow(node: Node, channel: string, number: number): Promise<Joined> {
  // Nothing is kept there, so what was missed cannot be known later.
  if (node.permissions.namespace(channel).history === 'none') {
    return { epoch: '', offset: 0, floor: 0, by: 'client', number };
  }
  const { top } = await node.read(channel, { limit: 0 });
  return { ...top, floor: top.offset, by: 'client', number };
}
