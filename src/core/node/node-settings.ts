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
  /** Subscriptions a connection. */
  readonly channels: number;
  /** Commands of one connection that wait for their answer. */
  readonly commandsInFlight: number;
  /** Publications that one history read or recovery gives at most. */
  readonly history: number;
  /**
   * Bytes of publications that one history read gives at most, and that a connection is given in recoveries while
   * they wait for it; well below what may wait for a connection at all (see `RecoveryBudget`).
   */
  readonly recoveryBytes: number;
  /** Bytes that may wait for one connection; past it the runtime cuts it off. */
  readonly backlogBytes: number;
  /** Bytes of memory of the entries of all maps. */
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
  /** Absent where nothing is traced. */
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
  /** With which a developer's backend signs the items that a client may track; without it nothing is tracked. */
  readonly pollSecret?: string;
  /** `USER_CHANNEL_NAMES` when absent. */
  readonly userChannelNames?: UserChannelNames;
  /** The namespace of the channels into which each user of a token is put; absent where none is. */
  readonly personalNamespace?: string;
  /** Whether a user's new connection ends those that they have. */
  readonly singleConnection?: boolean;
};
