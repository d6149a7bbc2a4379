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
  /** Message key: publishing twice with it publishes once. */
  readonly key?: string;
  /**
   * With history: not published unless newer than the channel's last version (`Append.version`); in a map, than that of
   * the entry.
   */
  readonly version?: StateVersion;
  readonly info?: ClientInfo;
  readonly tags?: Readonly<Record<string, string>>;
  /** In a map, and only there: the entry that is set or removed. */
  readonly entry?: MapEntry;
  /** In a map: set the entry only if it is new, or only if it exists. */
  readonly onlyIf?: EntryCondition;
  /** Only for current subscribers: not stored, and without an offset. */
  readonly fleeting?: boolean;
  /** The client that does not receive it. */
  readonly except?: string;
  /** Table changes that commit together with the publication (durable namespaces only). */
  readonly writes?: readonly Write[];
  /** The parent span, if traced. */
  readonly span?: Span;
};

/** The result of a publish. Resolved means as durable as the channel's namespace promises. */
export type Published = {
  readonly offset: number;
  readonly epoch: string;
  readonly time: number;
  /** True if nothing was published: the key was seen before (position and time are the first one's), or the version. */
  readonly repeated: boolean;
  /** In a map: why nothing was published. */
  readonly suppressed?: Suppressed;
};

/** What features can do with channels and live connections. The calls act on every node. */
export interface Channels {
  /**
   * Appends to the channel and delivers to its subscribers. `data` is JSON text on one line. Throws `ClientError`
   * `tooManyRequests` if the append queue is full, `conflict` if a write's constraint refused.
   */
  publish(channel: string, data: string, options?: PublishOptions): Promise<Published>;
  /**
   * Reads history without a permission check, which is the feature's responsibility. Long publications make a page
   * shorter than `limit`, though never empty: the channel's top tells whether there is more.
   */
  read(channel: string, range: ReadRange): Promise<Page>;
  /** Subscribes every live connection of the user to the channel (server-side subscription). */
  subscribeUser(user: string, channel: string): void;
  /** Unsubscribes the user's live connections from the channel at once. */
  unsubscribeUser(user: string, channel: string): void;
  /** Closes the user's live connections (only those of `device`, if given) at once. */
  disconnectUser(user: string, kind: DisconnectName, device?: string): void;
  /** The number of the user's live connections, on all nodes known to this one. */
  connectionsOf(user: string): number;
}

export type ChannelAction = 'subscribe' | 'publish' | 'readHistory' | 'readPresence';

/**
 * Decides about a feature's channels, where a namespace says `feature`; or about an app's, for its clients. May throw
 * `ClientError`.
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
  /** Only people they know may add them to groups or open a chat with them. */
  readonly refusesStrangers: boolean;
};

/** The people of the installation, for other features; provided by accounts. */
export interface People {
  /** Null if no active person has this handle. */
  byHandle(handle: string): Promise<Person | null>;
  /** The ids of active people among these, in no order. At most 500 ids. */
  byIds(ids: readonly string[]): Promise<readonly Person[]>;
  /** Whether a name looks like somebody else's handle. */
  imitates(name: string): Promise<boolean>;
  /** Throws `unauthorized` if the principal's session has ended meanwhile: to be called after waiting for a client. */
  confirm(principal: UserPrincipal): Promise<void>;
}

/** What compose passes to every feature; everything in it is ready for use. */
export type FeatureHost = {
  readonly sql: Sql;
  readonly avatars: Avatars;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly channels: Channels;
  /** Background work, done at least once. Queues are named after their feature: `chat-previews`. */
  readonly jobs: Pick<Jobs, 'add' | 'handle'>;
};

/** One schema step. Never edited once released; a change is a new step. */
export type Migration = {
  /** `feature-NNNN-what`, unique and stable. */
  readonly id: string;
  /** Plain SQL statements, run in one transaction. */
  readonly statements: readonly string[];
};

export type NamespaceDefinition = {
  readonly options: Namespace;
  /** If channels of the namespace differ by their names. */
  readonly optionsOf?: (channel: string) => Namespace;
  readonly policy?: ChannelPolicy;
  /** It belongs to a feature: tokens of a developer's backend do not open its channels. */
  readonly ofFeature?: true;
};

/**
 * A route `POST /api/v1/<name>` that accepts a file as its body; for the API's description, the route itself is
 * `route`.
 */
export type Upload = {
  readonly name: string;
  readonly summary: string;
  /** Query parameters: name and meaning. All are required. */
  readonly query: Readonly<Record<string, string>>;
  /** Accepted media types; the content decides, not the header. */
  readonly takes: readonly string[];
  readonly output: z.ZodType;
};

/** A feature as `app/compose.ts` connects it; the only thing app imports of a feature. */
export type Feature = {
  readonly name: string;
  /** Permissions in the feature's namespaces (`namespaces.ts`) that depend on its data. */
  readonly policies?: Readonly<Record<string, ChannelPolicy>>;
  readonly operations: readonly BoundOperation[];
  readonly uploads?: readonly Upload[];
  /** HTTP beyond operations (uploads, files): undefined = not handled. */
  route?(request: Request, principal: Principal): Promise<Response | undefined>;
  /** Channels the server subscribes a new connection of this principal to. */
  serverChannels?(principal: Principal): Promise<readonly string[]>;
  /** A person has registered. Called again for the same one after a failure or a crash. */
  onRegistered?(person: Person): Promise<void>;
  /** A person's first connection opened, or last one closed. Must not throw. */
  onPresence?(user: string, online: boolean): void;
  /** Called once a second. Must not throw. */
  onTick?(now: number): void;
};
