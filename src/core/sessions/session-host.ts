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

/** Commands that the node answers for a session. */
export type NodeCommand = Extract<Request, { kind: 'publish' | 'presence' | 'presenceStats' | 'history' | 'rpc' }>;

/** What a session needs of its node. */
export interface SessionHost<Session> extends SubscriptionHost {
  readonly clock: Clock;
  /** Counts what clients ask. */
  commands: number;
  readonly telemetry: Telemetry;
  readonly allowances: Allowances;
  readonly work: NodeWork;
  readonly slowReaders: Pick<SlowReaders, 'wrote' | 'mayHaveCut'>;
  readonly limits: SubscriptionHost['limits'] & { readonly commandsInFlight: number };
  /** The session knows who it is. Throws `DisconnectError('connectionLimit')` where its user has too many. */
  register(session: Session): void;
  unregister(session: Session): void;
  /** The client of an app said who it is: it is now to be found by its new principal. Throws as `register`. */
  signedIn(session: Session, before: Principal): void;
  /** The session's `connect` was refused: it is waited for no longer than for one that says nothing. */
  refuse(session: Session): void;
  /** Channels that the server puts this principal's connections into. */
  serverChannels(principal: Principal): Promise<readonly string[]>;
  /** Throws `DisconnectError('invalidToken')` or `ClientError('tokenExpired')`. */
  verifyToken(token: string): Promise<SignedIn>;
  /** Whom the token names, or else the one whom the runtime found. Throws as `verifyToken`, and `unauthorized`. */
  signIn(found: Principal, token: string): Promise<SignedIn>;
  connectResult(session: Session, entered: Entered): ConnectResult;
  /** Seconds until the session's token runs out, at least 1; undefined when it does not. */
  ttlOf(session: Session): number | undefined;
  /** Answers a command, after checking that this principal may. `turn.accepted` is called once a publication has its place. */
  run(session: Session, command: NodeCommand, turn?: Turn): Promise<Reply>;
  /** Has `session.flush` called at the end of this turn of the event loop. */
  flushLater(session: Session): void;
  /** The session is closed for asking too much. */
  flooded(session: Session): void;
  /** Suggested reconnect delay for this disconnect reason, in ms; undefined: the client decides. */
  retryMs(kind: DisconnectName): number | undefined;
  /** Logs an error that no client is told the cause of. */
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
  /** By which way it came, for the developer's backend; a WebSocket when absent. */
  readonly transport?: string;
  /** The client's id, where its protocol has a form of its own for it; it can then be told apart by others. */
  readonly client?: string;
};
