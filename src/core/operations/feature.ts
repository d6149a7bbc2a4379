import type { z } from 'zod';
import type { Role } from '../../contracts/roles.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ClientInfo, MapEntry, Page, ReadRange, StateVersion, Write } from '../../ports/log.ts';
import type { Sql } from '../../ports/sql.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { Span } from '../../ports/traces.ts';
import type { Principal, UserPrincipal } from '../access/principal.ts';
import type { Namespace } from '../channels/namespace.ts';
import type { DisconnectName } from '../disconnects.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { EntryCondition, Suppressed } from '../maps/maps.ts';
import type { Avatars } from './avatars.ts';
import type { BoundOperation } from './operation.ts';

export type PublishOptions = {
  /** Message key: publishing twice with it is publishing once. */
  readonly key?: string;
  /**
   * Where history is kept: not published unless it is newer than the last one that had a version (`Append.version`); in a
   * map, than that of the entry.
   */
  readonly version?: StateVersion;
  readonly info?: ClientInfo;
  readonly tags?: Readonly<Record<string, string>>;
  /** In a map, and only there: the entry that is set, or removed. */
  readonly entry?: MapEntry;
  /** In a map: set the entry only where it is new, or only where it is there already. */
  readonly onlyIf?: EntryCondition;
  /** Only those who listen now get it: no history keeps it, and it has no offset. */
  readonly fleeting?: boolean;
  /** The client that is not told of it. */
  readonly except?: string;
  /** Table changes that commit together with the publication (durable namespaces only). */
  readonly writes?: readonly Write[];
  /** What it is published under, where that is traced. */
  readonly span?: Span;
};

/** What came of a publish. Resolved = as durable as the channel's namespace promises. */
export type Published = {
  readonly offset: number;
  readonly epoch: string;
  readonly time: number;
  /** True when nothing was published: the key was seen before (position and time are the first one's), or the version. */
  readonly repeated: boolean;
  /** In a map: why nothing was published. */
  readonly suppressed?: Suppressed;
};

/** What features may do with channels and live connections. The calls act on every node. */
export interface Channels {
  /**
   * Appends to the channel and tells its subscribers. `data` is JSON text on one line.
   * Throws `ClientError` `tooManyRequests` when the append queue is full, `conflict` when a write's constraint refused.
   */
  publish(channel: string, data: string, options?: PublishOptions): Promise<Published>;
  /**
   * Reads history without a permission check; the feature has checked. Long publications make a page shorter than
   * `limit`, though never empty: the channel's top tells whether there is more.
   */
  read(channel: string, range: ReadRange): Promise<Page>;
  /** Puts every live connection of the user into the channel (server-side subscription). */
  subscribeUser(user: string, channel: string): void;
  /** Takes the user's live connections out of the channel at once. */
  unsubscribeUser(user: string, channel: string): void;
  /** Closes the user's live connections (only those of `device`, if given) at once. */
  disconnectUser(user: string, kind: DisconnectName, device?: string): void;
  /** How many live connections the user has, on all nodes that this node knows of. */
  connectionsOf(user: string): number;
}

export type ChannelAction = 'subscribe' | 'publish' | 'readHistory' | 'readPresence';

/**
 * A feature's answer for its own channels, asked where a namespace says `feature`; or an app's, asked whenever a client
 * of an app comes. May throw `ClientError`.
 */
export type ChannelPolicy = (
  principal: Principal,
  action: ChannelAction,
  channel: string,
) => boolean | Promise<boolean>;

export type Person = {
  readonly id: string;
  readonly handle: string;
  readonly displayName: string;
  readonly role: Role;
  /** Only people whom they know may bring them into groups or open a chat with them. */
  readonly refusesStrangers: boolean;
};

/** The people of the installation, for features that must find them; accounts provides it. */
export interface People {
  /** Null when nobody active has this handle. */
  byHandle(handle: string): Promise<Person | null>;
  /** Those of the ids that are active people, in no order. At most 500 ids. */
  byIds(ids: readonly string[]): Promise<readonly Person[]>;
  /** Whether a name can be taken for somebody's handle without being it. */
  imitates(name: string): Promise<boolean>;
  /** Throws `unauthorized` if the principal's sign-in has ended meanwhile: to be asked after waiting for a client. */
  confirm(principal: UserPrincipal): Promise<void>;
}

/** What compose hands every feature; everything in it is ready to be used. */
export type FeatureHost = {
  readonly sql: Sql;
  readonly avatars: Avatars;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly channels: Channels;
  /** Work to be done later, at least once. Queues are named after their feature: `chat-previews`. */
  readonly jobs: Pick<Jobs, 'add' | 'handle'>;
};

/** One forward step of the schema. Never edited once released; a new need is a new step. */
export type Migration = {
  /** `feature-NNNN-what`, unique and stable. */
  readonly id: string;
  /** Plain SQL statements, run in one transaction. */
  readonly statements: readonly string[];
};

export type NamespaceDefinition = {
  readonly options: Namespace;
  /** Where channels of the namespace differ by their names. */
  readonly optionsOf?: (channel: string) => Namespace;
  readonly policy?: ChannelPolicy;
  /** It belongs to a feature: no token of a developer's backend opens its channels. */
  readonly ofFeature?: true;
};

/** A route `POST /api/v1/<name>` that takes a file as its body; for the API's description, the route itself is `route`. */
export type Upload = {
  readonly name: string;
  readonly summary: string;
  /** What the query says: name and meaning. All of it is required. */
  readonly query: Readonly<Record<string, string>>;
  /** Media types that are taken; the content decides, not the header. */
  readonly takes: readonly string[];
  readonly output: z.ZodType;
};

/** The plug that `app/compose.ts` puts into the node; the only thing app imports of a feature. */
export type Feature = {
  readonly name: string;
  /** Who may do what in the feature's namespaces (`namespaces.ts`), where that depends on what the feature keeps. */
  readonly policies?: Readonly<Record<string, ChannelPolicy>>;
  readonly operations: readonly BoundOperation[];
  readonly uploads?: readonly Upload[];
  /** HTTP beyond operations (uploads, files): undefined = not mine. */
  route?(request: Request, principal: Principal): Promise<Response | undefined>;
  /** Channels that a new connection of this principal is put into by the server. */
  serverChannels?(principal: Principal): Promise<readonly string[]>;
  /** A person has registered. Called again for the same one when it failed, or may have. */
  onRegistered?(person: Person): Promise<void>;
  /** A person's first connection opened, or last one closed. Must not throw. */
  onPresence?(user: string, online: boolean): void;
  /** Called once a second. Must not throw. */
  onTick?(now: number): void;
};
