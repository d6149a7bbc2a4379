import { ClientError } from '../../core/errors.ts';
import type { NamespaceDefinition } from '../../core/feature.ts';
import { CLOSED_NAMESPACE } from '../../core/namespace.ts';
import type { Node } from '../../core/node.ts';
import type { Position } from '../../ports/log.ts';
import { type Joined, Membership } from './membership.ts';

/** Clients whose channels outlive the process; the one that was written down longest ago is forgotten first. */
const RECORDS = 10_000;
const PAGE = 1_000;
/** Channels of theirs whose position at the start is read: it must not take long. */
const TOPS = 1_000;

/** The namespace of the one channel that holds the records; nobody reaches it. */
export const RECORDS_NAMESPACE = 'socketio';
const CHANNEL = `${RECORDS_NAMESPACE}:clients`;
export const RECORDS_DEFINITION: NamespaceDefinition = {
  options: { ...CLOSED_NAMESPACE, history: 'durable', historySize: RECORDS },
};

type Written = {
  readonly pid: string;
  readonly channels: readonly (readonly [string, string, number, 'client' | 'server'])[];
};

/** What is written down of a channel. */
export type Place = Pick<Joined, 'epoch' | 'floor' | 'by'>;

/** What was there when this process began. */
type Before = { readonly memberships: Map<string, Membership>; readonly tops: ReadonlyMap<string, Position> };

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
    const channels = new Set([...memberships.values()].flatMap((membership) => [...membership.channels.keys()]));
    const tops = new Map<string, Position>();
    for (const channel of [...channels].slice(0, TOPS)) {
      const top = await this.#topOf(channel);
      if (top !== undefined) tops.set(channel, top);
    }
    this.#before = { memberships, tops };
  }

  /** Whether the channel outlives the process. Throws as `Permissions.namespace`. */
  concerns(channel: string): boolean {
    return this.#node.permissions.namespace(channel).history === 'durable';
  }

  /** Resolves once it is on disk. Throws `ClientError` `tooManyRequests`. */
  async write(pid: string, channels: ReadonlyMap<string, Place>): Promise<void> {
    const places = [...channels].map(([channel, { epoch, floor, by }]) => [channel, epoch, floor, by] as const);
    await this.#node.publish(CHANNEL, JSON.stringify({ pid, channels: places } satisfies Written));
  }

  /** What the client was in when the process before this one ended; undefined when that is long ago, or not known. */
  find(pid: string): Membership | undefined {
    if (this.#node.clock.now() > this.#startedAt + this.#keptMs) this.#before = undefined;
    const found = this.#before?.memberships.get(pid);
    return found === undefined || found.channels.size === 0 ? undefined : found;
  }

  /** The client has come back: what it was in before is no longer true. */
  forget(pid: string): void {
    this.#before?.memberships.delete(pid);
  }

  /** Whether nothing has been published in the channel from then on until this process began. */
  wasSilentSince(channel: string, { epoch, offset }: Position): boolean {
    const top = this.#before?.tops.get(channel);
    return top !== undefined && top.epoch === epoch && top.offset === offset;
  }

  /** Undefined where nothing is kept any more, as the settings have changed. */
  async #topOf(channel: string): Promise<Position | undefined> {
    try {
      return (await this.#node.read(channel, { limit: 0 })).top;
    } catch (error) {
      if (error instanceof ClientError) return undefined;
      throw error;
    }
  }

  async #readAll(): Promise<Map<string, Membership>> {
    const found = new Map<string, Membership>();
    let after = 0;
    for (;;) {
      const { publications, top } = await this.#node.read(CHANNEL, { limit: PAGE, after });
      for (const { data } of publications) {
        const { pid, channels } = JSON.parse(data) as Written;
        const membership = new Membership();
        for (const [channel, epoch, offset, by] of channels) {
          membership.channels.set(channel, { epoch, offset, floor: offset, by, number: 0 });
        }
        found.set(pid, membership);
      }
      after = publications.at(-1)?.offset ?? top.offset;
      if (after >= top.offset) return found;
    }
  }
}

/** Where a client stands that is about to come into the channel: what is there now, it is not told as an event. */
export async function placeNow(node: Node, channel: string): Promise<Place> {
  // Nothing is kept there, so that nobody knows later what was missed.
  if (node.permissions.namespace(channel).history === 'none') return { epoch: '', floor: 0, by: 'client' };
  const { top } = await node.read(channel, { limit: 0 });
  return { epoch: top.epoch, floor: top.offset, by: 'client' };
}
