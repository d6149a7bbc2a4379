import type { Clock } from '../../ports/clock.ts';
import type { Fields, Telemetry } from '../../ports/telemetry.ts';
import type { Principal } from '../access/principal.ts';
import type { SignedIn } from '../access/tokens.ts';
import type { SlowReaders } from '../delivery/slow-readers.ts';
import type { DisconnectName } from '../disconnects.ts';
import type { Allowances } from '../limits/allowances.ts';
import type { NodeWork } from '../limits/node-work.ts';
import type { HeaderFields } from '../protocol/client-headers.ts';
import type { Connection } from '../protocol/connection.ts';
import type { Protocol } from '../protocol/protocol.ts';
import type { ConnectResult, Reply } from '../protocol/pushes.ts';
import type { Request, Turn } from './channel-turns.ts';
import type { Entered } from './connect-entry.ts';
import type { SubscriptionHost } from './subscriber.ts';

/** Commands the node answers for a session. */
export type NodeCommand = Extract<Request, { kind: 'publish' | 'presence' | 'presenceStats' | 'history' | 'rpc' }>;

/** What a session needs of its node. */
export interface SessionHost<Session> extends SubscriptionHost {
  readonly clock: Clock;
  /** Rates of client requests. */
  commands: number;
  readonly telemetry: Telemetry;
  readonly allowances: Allowances;
  readonly work: NodeWork;
  readonly slowReaders: Pick<SlowReaders, 'wrote' | 'mayHaveCut'>;
  readonly limits: SubscriptionHost['limits'] & { readonly commandsInFlight: number };
  /** The session is authenticated. Throws `DisconnectError('connectionLimit')` if its user has too many. */
  register(session: Session): void;
  unregister(session: Session): void;
  /** An app's client signed in: it must be indexed by its new principal. Throws like `register`. */
  signedIn(session: Session, before: Principal): void;
  /** The session's `connect` was refused: the connect timeout still applies. */
  refuse(session: Session): void;
  /** Channels the server subscribes this principal's connections to. */
  serverChannels(principal: Principal): Promise<readonly string[]>;
  /** Throws `DisconnectError('invalidToken')` or `ClientError('tokenExpired')`. */
  verifyToken(token: string): Promise<SignedIn>;
  /** The user of the token, or the one the runtime found. Throws like `verifyToken`, and `unauthorized`. */
  signIn(found: Principal, token: string): Promise<SignedIn>;
  connectResult(session: Session, entered: Entered): ConnectResult;
  /** Seconds until the session's token expires, at least 1; undefined without expiry. */
  ttlOf(session: Session): number | undefined;
  /** Answers a command, after checking permissions. `turn.accepted` is called once a publication has its place. */
  run(session: Session, command: NodeCommand, turn?: Turn): Promise<Reply>;
  /** Schedules `session.flush` for the end of this turn of the event loop. */
  flushLater(session: Session): void;
  /** The session is closed for exceeding its rate. */
  flooded(session: Session): void;
  /** Suggested reconnect delay for this disconnect reason, in ms; undefined: the client decides. */
  retryMs(kind: DisconnectName): number | undefined;
  /** Logs an error whose cause no client sees. */
  report(thrown: unknown, event: string, fields?: Fields): void;
}

/** What the runtime knows of a client when its socket opens. */
export type Opening = {
  readonly connection: Connection;
  readonly protocol: Protocol;
  readonly principal: Principal;
  readonly address: string;
  /** Headers of its request, for the developer's backend. */
  readonly headers?: HeaderFields;
  /** The transport, for the developer's backend; a WebSocket if absent. */
  readonly transport?: string;
  /** The client's id, if its protocol has its own format; others can then address it. */
  readonly client?: string;
};
