import type { HeaderFields } from '../../core/client-headers.ts';
import type { Principal } from '../../core/principal.ts';

/** Who comes. */
export type Caller = {
  readonly principal: Principal;
  readonly address: string;
  /** HeaderFields of the request that the developer's backend is told. */
  readonly headers?: HeaderFields;
  /** Who it is by now: to be asked after a body that took its time (PE3). */
  whoNow(): Promise<Principal>;
};

/** Where live connections of a protocol begin. */
export interface Entrance {
  takes(pathname: string): boolean;
  /**
   * Gives undefined when a socket is open: Bun then writes the answer itself. A `ClientError` that it throws becomes an
   * answer with its status, a `DisconnectError` one with 400.
   */
  begin(request: Request, caller: Caller): Promise<Response | undefined>;
}
