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

/** The client that subscribes. */
export interface Subscriber extends Reader {
  readonly client: string;
  readonly principal: Principal;
  readonly protocol: Protocol;
  readonly address: string;
  readonly transport: string;
  readonly isConnected: boolean;
  readonly info: ClientInfo;
  readonly asker: Asker;
  /** Approximate buffered bytes. */
  readonly backlog: number;
  /** False if the client's protocol cannot express it. */
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
  /** How many more channels the connection's user may subscribe to, over all connections. */
  channelsLeft(principal: Principal): number;
  /** Counts a refusal by a limit. */
  refused(limit: LimitName): void;
  /** `silently`: it was there already, on another connection. */
  announceJoin(channel: HubChannel, info: ClientInfo, shown: Visibility, silently: boolean): void;
  announceLeave(channel: string, info: ClientInfo, shown: Visibility): void;
  /** The number of the channel's subscribers on this node changed. */
  counted(channel: string): void;
  /** Logs an error whose cause no client sees. */
  report(thrown: unknown, event: string): void;
}
