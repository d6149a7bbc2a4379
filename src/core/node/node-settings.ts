import type { Bus } from '../../ports/bus.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { Traces } from '../../ports/traces.ts';
import type { UserChannelNames } from '../access/user-channels.ts';
import type { NodeMessage } from '../bus/node-messages.ts';
import type { QueueBounds } from '../channels/append-queue.ts';
import type { Namespaces } from '../channels/namespaces.ts';
import type { Quotas } from '../limits/quotas.ts';
import type { Fanout } from '../protocol/connection.ts';
import type { Protocol } from '../protocol/protocol.ts';

export type Limits = {
  /** Client-side subscriptions per connection. */
  readonly channels: number;
  /** Pending commands per connection. */
  readonly commandsInFlight: number;
  /** Maximum publications per history read or recovery. */
  readonly history: number;
  /**
   * Maximum bytes of publications per history read, and of recoveries buffered for a connection; well below a
   * connection's buffer limit (see `RecoveryBudget`).
   */
  readonly recoveryBytes: number;
  /** A connection's buffer limit in bytes; above it the runtime closes it. */
  readonly backlogBytes: number;
  /** Memory limit for the entries of all maps, in bytes. */
  readonly mapBytes: number;
  /** Whether clients may connect without signing in. */
  readonly anonymous: boolean;
  readonly pingMs: number;
  readonly pongMs: number;
  readonly queue: QueueBounds;
};

export type NodeSettings = {
  /** Unique among the nodes of an installation, at any time. */
  readonly name: string;
  readonly version: string;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Absent if nothing is traced. */
  readonly traces?: Traces;
  readonly bus: Bus<NodeMessage>;
  readonly fanout: Fanout;
  readonly logs: { readonly memory: Log; readonly durable: Log };
  readonly protocols: readonly Protocol[];
  readonly namespaces: Namespaces;
  /** Namespaces open to everyone for everything; see `Permissions`. */
  readonly openNamespaces: ReadonlySet<string>;
  readonly limits: Limits;
  /** `UNLIMITED` when absent. */
  readonly quotas?: Quotas;
  /** The key with which a developer's backend signs tracked items; without it tracking is off. */
  readonly pollSecret?: string;
  /** `USER_CHANNEL_NAMES` if absent. */
  readonly userChannelNames?: UserChannelNames;
  /** The namespace of personal channels; absent if there are none. */
  readonly personalNamespace?: string;
  /** Whether a user's new connection closes their others. */
  readonly singleConnection?: boolean;
};
