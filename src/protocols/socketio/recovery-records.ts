import type { NamespaceDefinition } from '../../core/feature.ts';
import { CLOSED_NAMESPACE } from '../../core/namespace.ts';
import type { Node } from '../../core/node.ts';
import type { Joined, Membership } from './membership.ts';

/** Clients whose channels outlive the process; the one that was written down longest ago is forgotten first. */
const RECORDS = 10_000;
const PAGE = 1_000;

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

/**
 * What clients are in, on disk: the server may be killed at any moment, and a client that comes back names no channels.
 * Only of those with a durable channel: nothing else outlives the process.
 */
export class RecoveryRecords {
  readonly #node: Node;
  readonly #keptMs: number;
  readonly #startedAt: number;
  #before: Promise<ReadonlyMap<string, Membership>> | undefined;

  constructor(node: Node, keptMs: number) {
    this.#node = node;
    this.#keptMs = keptMs;
    this.#startedAt = node.clock.now();
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
  async find(pid: string): Promise<Membership | undefined> {
    if (this.#node.clock.now() > this.#startedAt + this.#keptMs) {
      this.#before = undefined;
      return undefined;
    }
    this.#before ??= this.#readAll();
    const found = (await this.#before).get(pid);
    return found === undefined || found.size === 0 ? undefined : found;
  }

  async #readAll(): Promise<ReadonlyMap<string, Membership>> {
    const found = new Map<string, Membership>();
    let after = 0;
    for (;;) {
      const { publications, top } = await this.#node.read(CHANNEL, { limit: PAGE, after });
      for (const { data } of publications) {
        const { pid, channels } = JSON.parse(data) as Written;
        found.set(
          pid,
          new Map(channels.map(([channel, epoch, offset, by]) => [channel, { epoch, offset, by, number: 0 }])),
        );
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
