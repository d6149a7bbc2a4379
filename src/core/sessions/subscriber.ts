import type { Clock } from '../../ports/clock.ts';
import type { ClientInfo } from '../../ports/log.ts';
import type { Traces } from '../../ports/traces.ts';
import type { Admission } from '../access/admission.ts';
import type { Permissions } from '../access/permissions.ts';
import type { Principal } from '../access/principal.ts';
import type { SharedPolls } from '../channels/shared-polls.ts';
import type { Reader } from '../delivery/conflation.ts';
import type { Hub } from '../delivery/hub.ts';
import type { HubChannel } from '../delivery/hub-channel.ts';
import type { Asker } from '../limits/fair-queue.ts';
import type { NodeWork } from '../limits/node-work.ts';
import type { LimitName } from '../limits/quotas.ts';
import type { Maps } from '../maps/maps.ts';
import type { StoredMaps } from '../maps/stored-maps.ts';
import type { Protocol } from '../protocol/protocol.ts';
import type { Push } from '../protocol/pushes.ts';
import type { Visibility } from './delivery-options.ts';

/** Whose subscriptions they are. */
export interface Subscriber extends Reader {
  readonly client: string;
  readonly principal: Principal;
  readonly protocol: Protocol;
  readonly address: string;
  readonly transport: string;
  readonly isConnected: boolean;
  readonly info: ClientInfo;
  readonly asker: Asker;
  /** Bytes that wait for the client, nearly. */
  readonly backlog: number;
  /** False when the client's protocol has no words for it. */
  push(push: Push): boolean;
  flush(): void;
}

/** What subscriptions need of the node. */
export interface SubscriptionHost {
  readonly hub: Hub;
  readonly permissions: Permissions;
  readonly limits: { readonly channels: number; readonly recoveryBytes: number };
  readonly clock: Clock;
  readonly admission: Admission;
  readonly maps: Maps;
  readonly storedMaps: StoredMaps;
  readonly polls: SharedPolls;
  readonly work: NodeWork;
  readonly traces: Traces | undefined;
  /** How many more channels the connection's user may ask for, over all connections. */
  channelsLeft(principal: Principal): number;
  /** Counts what a limit has refused. */
  refused(limit: LimitName): void;
  /** `silently`: it was there already, by another connection. */
  announceJoin(channel: HubChannel, info: ClientInfo, shown: Visibility, silently: boolean): void;
  announceLeave(channel: string, info: ClientInfo, shown: Visibility): void;
  /** The channel's subscribers on this node have become more or fewer. */
  counted(channel: string): void;
  /** Logs an error that no client is told the cause of. */
  report(thrown: unknown, event: string): void;
}
