import type { AppHooks } from '../access/apps.ts';
import type { Principal } from '../access/principal.ts';
import type { Grant, SignedIn } from '../access/tokens.ts';
import type { Application } from '../backend/application.ts';
import type { OperationContext } from '../operations/operation.ts';

/** What the node needs of features and operations; set once they exist, before the first connection. */
export type Hooks = {
  serverChannels(principal: Principal): Promise<readonly string[]>;
  call(name: string, context: OperationContext, input: unknown): Promise<unknown>;
  /** Whether calls with this name go to a feature, and not to the developer's backend. */
  operates?(name: string): boolean;
  onPresence(user: string, online: boolean): void;
  /** Called once a second from the start until the node is drained. Must not throw. */
  onTick?(now: number): void;
  /** Throws `DisconnectError('invalidToken')` or `ClientError('tokenExpired')`. */
  verifyToken(token: string): Promise<SignedIn>;
  /** Like `verifyToken`, for a subscription token. */
  verifySubscription?(token: string): Promise<Grant>;
  /** The developer's own backend, if the settings name one. */
  readonly application?: Application;
  /** Present if apps are served. */
  readonly apps?: AppHooks;
};
