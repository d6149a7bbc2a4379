import { ClientError } from '../../core/errors.ts';
import type { NamespaceDefinition } from '../../core/feature.ts';
import { CLOSED_NAMESPACE } from '../../core/namespace.ts';
import type { Node } from '../../core/node.ts';
import type { Position } from '../../ports/log.ts';
import type { Joined, Membership } from './membership.ts';

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
    const channels = new Set([...memberships.values()].flatMap((membership) => [...membership.keys()]));
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
  async write(pid: string, membership: Membership): Promise<void> {
    const channels = [...membership].map(([channel, { epoch, offset, by }]) => [channel, epoch, offset, by] as const);
    await this.#node.publish(CHANNEL, JSON.stringify({ pid, channels } satisfies Written));
  }

  /** What the client was in when the process before this one ended; undefined when that is long ago, or not known. */
  find(pid: string): Membership | undefined {
    if (this.#node.clock.now() > this.#startedAt + this.#keptMs) this.#before = undefined;
    const found = this.#before?.memberships.get(pid);
    return found === undefined || found.size === 0 ? undefined : found;
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
        const entries = channels.map(
          ([channel, epoch, offset, by]) => [channel, { epoch, offset, by, number: 0 }] as const,
        );
        found.set(pid, new Map(entries));
      }
      after = publications.at(-1)?.offset ?? top.offset;
      if (after >= top.offset) return found;
    }
  }
}

/** Where the client stands in a channel it is about to come into: what is there now, it is not told as an event. */
export async function positionNow(node: Node, channel: string): Promise<Omit<Joined, 'by'>> {
  const { top } = await node.read(channel, { limit: 0 });
  return { ...top, number: 0 };
}
