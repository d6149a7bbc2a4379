import type { Principal } from '../../core/access/principal.ts';
import type { RefusedArrival } from '../../core/limits/arrivals.ts';
import type { HeaderFields } from '../../core/protocol/client-headers.ts';
import type { Span } from '../../ports/traces.ts';

/** A client that connects. */
export type Caller = {
  readonly principal: Principal;
  readonly address: string;
  /** The request's headers for the developer's backend. */
  readonly headers?: HeaderFields;
  /** The request's span, if traced. */
  readonly span?: Span | undefined;
  /** The current user: to be called again after a slow request body (PE3). */
  currentPrincipal(): Promise<Principal>;
};

/** The entry point of a protocol's live connections. */
export interface Entrance {
  takes(pathname: string): boolean;
  /** Whether a request opens a connection, rather than continuing one. */
  opens(url: URL): boolean;
  /** Whether its clients honour Retry-After, or the reply of `turnAway`. */
  readonly honoursRetryAfter: boolean;
  /**
   * Refuses a new connection in the protocol's own form; like `begin` it returns undefined if a socket is open. Absent
   * if clients understand an HTTP error with Retry-After.
   */
  refuseConnection?(request: Request, turned: RefusedArrival): Response | undefined;
  /**
   * Returns undefined if a socket is open: Bun then writes the response itself. A thrown `ClientError` becomes a
   * response with its status, a `DisconnectError` one with 400.
   */
  begin(request: Request, caller: Caller): Promise<Response | undefined>;
}
