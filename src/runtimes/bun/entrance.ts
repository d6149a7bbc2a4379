import type { Principal } from '../../core/access/principal.ts';
import type { TurnedAway } from '../../core/limits/arrivals.ts';
import type { HeaderFields } from '../../core/protocol/client-headers.ts';
import type { Span } from '../../ports/traces.ts';

/** Who comes. */
export type Caller = {
  readonly principal: Principal;
  readonly address: string;
  /** Headers of the request that the developer's backend is told. */
  readonly headers?: HeaderFields;
  /** Of the request, where it is traced. */
  readonly span?: Span | undefined;
  /** Who it is by now: to be asked after a body that took its time (PE3). */
  whoNow(): Promise<Principal>;
};

/** Where live connections of a protocol begin. */
export interface Entrance {
  takes(pathname: string): boolean;
  /** Whether a request that it takes begins a connection, rather than carrying one on. */
  opens(url: URL): boolean;
  /** Whether its clients come back when they are told to by Retry-After, or by `turnAway`. */
  readonly heedsRetry: boolean;
  /**
   * Tells a client that it may not begin a connection now, in the protocol's own words; as `begin` gives undefined when a
   * socket is open. Absent where an HTTP error with Retry-After is understood.
   */
  turnAway?(request: Request, turned: TurnedAway): Response | undefined;
  /**
   * Gives undefined when a socket is open: Bun then writes the answer itself. A `ClientError` that it throws becomes an
   * answer with its status, a `DisconnectError` one with 400.
   */
  begin(request: Request, caller: Caller): Promise<Response | undefined>;
}
