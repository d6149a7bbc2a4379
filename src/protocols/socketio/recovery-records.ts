import { CLOSED_NAMESPACE } from '../../core/channels/namespace.ts';
import { ClientError } from '../../core/errors.ts';
import type { Node } from '../../core/node/node.ts';
import type { NamespaceDefinition } from '../../core/operations/feature.ts';
import type { Position } from '../../ports/log.ts';
import { type Joined, Membership, type Who } from './membership.ts';

/** Clients whose channels outlive the process; the one that was written down longest ago is forgotten first. */
const RECORDS = 10_000;
const PAGE = 1_000;
/** Channels of theirs whose position at the start is read: it must not take long. */
const TOPS = 1_000;

/** The namespace of the channels that hold records; nobody reaches it. */
export const RECORDS_NAMESPACE = 'socketio';
const CHANNEL = `${RECORDS_NAMESPACE}:clients`;
/** Holds what `ToldRecords` writes. */
export const TOLD_CHANNEL = `${RECORDS_NAMESPACE}:told`;
export const RECORDS_DEFINITION: NamespaceDefinition = {
  options: { ...CLOSED_NAMESPACE, history: 'durable', historySize: RECORDS },
};

type Written = {
  readonly pid: string;
  /** Absent where an older version wrote it. */
  readonly who?: Who;
  /** Of the server; as `who`. */
  readonly run?: string;
  /** Epoch, floor, by whom, and as `who` the journal's number and the offset behind what it was given. */
  readonly channels: readonly (readonly [string, string, number, 'client' | 'server', number?, number?])[];
};

/** Whose record it is. */
type Named = { readonly pid: string; readonly who: Who; readonly run: string };

/** What was written down of a client, and in which run of the server. */
export type Recorded = { readonly membership: Membership; readonly run: string | undefined };

/** What was there when this process began. */
type Before = { readonly memberships: Map<string, Recorded>; readonly tops: ReadonlyMap<string, Position> };

/**
 * What clients are in, on disk: the server may be killed at any moment, and a client that comes back names no channels.
 * Only of those with a durable channel: nothing else outlives the process.
 */
export class RecoveryRecords {
  readonly #node: Node;
  readonly #keptMs: number;
  readonly #startedAt: number;
  #before: Before | undefined;

  constructor(node: Node, keptMs: number) {
    this.#node = node;
    this.#keptMs = keptMs;
    this.#startedAt = node.clock.now();
  }

  /** To be called once, before anything is published: what comes after it, no client of the last run was told. */
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

  /** Whether the channel outlives the process. Throws as `Permissions.namespace`. */
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

  /** What the client was in when the process before this one ended; undefined when that is long ago, or not known. */
  find(pid: string): Recorded | undefined {
    if (this.#node.clock.now() > this.#startedAt + this.#keptMs) this.#before = undefined;
    const found = this.#before?.memberships.get(pid);
    return found === undefined || found.membership.channels.size === 0 ? undefined : found;
  }

  /** The client has come back: what it was in before is no longer true. */
  forget(pid: string): void {
    this.#before?.memberships.delete(pid);
  }

  /** Where the channel stood when this process began; undefined where that was not looked for. */
  topOf(channel: string): Position | undefined {
    return this.#before?.tops.get(channel);
  }

  /** Undefined where nothing is kept any more, as the settings have changed. */
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
 * Where a client stands that is about to come into the channel: what is there now, it is not told as an event. `number`:
 * what the journal has told last.
 */
export async function placeNow(node: Node, channel: string, number: number): Promise<Joined> {
  // Nothing is kept there, so that nobody knows later what was missed.
  if (node.permissions.namespace(channel).history === 'none') {
    return { epoch: '', offset: 0, floor: 0, by: 'client', number };
  }
  const { top } = await node.read(channel, { limit: 0 });
  return { ...top, floor: top.offset, by: 'client', number };
}
