import type { Span } from '../../ports/traces.ts';
import { type Application, type Asking, askingOf, type Renewal } from '../backend/application.ts';
import type { Permitted } from '../backend/application-answers.ts';
import { DisconnectError } from '../disconnects.ts';
import { ClientError } from '../errors.ts';
import { within } from '../measures/tracing.ts';
import type { Command, SubscribeOptions } from '../protocol/commands.ts';
import type { JsonText } from '../text/raw-json.ts';
import type { Permissions, SubscriptionLookup } from './permissions.ts';
import { userOf } from './principal.ts';
import type { Grant, SignedIn } from './tokens.ts';

/** The sources of authorization provided by the developer's backend. */
export type Authorizers = {
  /**
   * Verifies a subscription token and returns its grant. Throws `DisconnectError('invalidToken')` or
   * `ClientError('tokenExpired')`.
   */
  verifySubscription?(token: string): Promise<Grant>;
  /** The backend itself, if the settings name one. */
  readonly application?: Application;
};

type Connect = Extract<Command, { kind: 'connect' }>;
type Publication = Pick<Extract<Command, { kind: 'publish' }>, 'channel' | 'data' | 'entry' | 'span'>;
type AdmissionRequest = Parameters<typeof askingOf>[0] & { readonly subscriptions?: SubscriptionLookup };

/** Decides who may connect and subscribe, where tokens or the developer's backend are involved. */
export class Admission {
  readonly #permissions: Permissions;
  readonly #vouching: () => Authorizers | undefined;

  constructor(permissions: Permissions, vouching: () => Authorizers | undefined) {
    this.#permissions = permissions;
    this.#vouching = vouching;
  }

  /** The developer's backend's identity for a client without a token; undefined if it is not asked. */
  async greet(who: AdmissionRequest, command: Connect): Promise<SignedIn | undefined> {
    const { principal } = who;
    const application = this.#vouching()?.application;
    // People of this installation are already authenticated.
    if (principal.kind !== 'anonymous' || application?.hears('connect') !== true) return undefined;
    return application.connect(askingOf(who, command.span), command);
  }

  /** Asks the developer's backend to renew the connection. Rejects if it refuses. */
  renew(who: AdmissionRequest, span?: Span): Promise<Renewal> {
    const application = this.#vouching()?.application;
    if (application?.hears('refresh') !== true) return Promise.reject(new DisconnectError('expired'));
    return application.refresh(askingOf(who, span));
  }

  /** Like `renew`, for a subscription the backend has granted. */
  renewIn(who: AdmissionRequest, channel: string, span?: Span): Promise<Renewal> {
    const application = this.#vouching()?.application;
    if (application?.hears('sub_refresh') !== true) return Promise.reject(new DisconnectError('expired'));
    return application.subRefresh(askingOf(who, span), channel);
  }

  /**
   * The grant of a subscription token, if it is valid for this client and channel. Throws `DisconnectError`,
   * `ClientError`.
   */
  async grant(
    { principal, client }: Pick<Asking, 'principal' | 'client'>,
    channel: string,
    token: string,
  ): Promise<Grant> {
    const verify = this.#vouching()?.verifySubscription;
    if (verify === undefined || !this.#permissions.takesTokens(channel)) throw new ClientError('permissionDenied');
    const grant = await verify(token).catch((error: unknown) => {
      throw error instanceof DisconnectError ? new ClientError('permissionDenied', { cause: error }) : error;
    });
    if (grant.channel !== channel || grant.user !== userOf(principal)) throw new DisconnectError('invalidToken');
    if (grant.client !== undefined && grant.client !== client) throw new DisconnectError('invalidToken');
    return grant;
  }

  /** Resolves with the grant if the client may subscribe. Throws like `grant`. */
  async admit(
    who: AdmissionRequest,
    channel: string,
    { token, prove, data, span }: SubscribeOptions,
  ): Promise<Grant | undefined> {
    if (prove !== undefined) return proven(channel, prove(who.principal));
    if (token !== undefined) return this.grant(who, channel, token);
    if (this.#permissions.isBackends('subscribe', channel)) {
      return this.application().subscribe(askingOf(who, span), channel, data);
    }
    await within(span, 'permission', () => this.#permissions.check(who.principal, 'subscribe', channel));
    return undefined;
  }

  /** The publication a client may publish, synchronously if nobody has to be asked. Throws `permissionDenied`. */
  publication(who: AdmissionRequest, command: Publication): Permitted | Promise<Permitted> {
    const { channel, data, span } = command;
    if (this.#permissions.isBackends('publish', channel)) {
      return this.application().publish(askingOf(who, span), command);
    }
    const allowed = this.#permissions.decide(who.principal, 'publish', channel, who.subscriptions);
    if (typeof allowed === 'boolean') return dataIf(allowed, data);
    return within(span, 'permission', async () => dataIf(await allowed, data));
  }

  /**
   * The developer's backend's response to a call; `data`: JSON text. Rejects with `ClientError` `methodNotFound` if it
   * handles none.
   */
  async call(who: Asking, method: string, data: string | undefined): Promise<JsonText | undefined> {
    const application = this.#vouching()?.application;
    if (application?.hears('rpc') !== true) throw new ClientError('methodNotFound');
    return application.rpc(who, method, data);
  }

  /** Throws `permissionDenied` if there is none: without the backend nobody is allowed. */
  application(): Application {
    const application = this.#vouching()?.application;
    if (application === undefined) throw new ClientError('permissionDenied');
    return application;
  }
}

/** A signature for another channel proves nothing. */
function proven(channel: string, grant: Grant): Grant {
  if (grant.channel !== channel) throw new ClientError('permissionDenied');
  return grant;
}

function dataIf(isAllowed: boolean, data: string): Permitted {
  if (!isAllowed) throw new ClientError('permissionDenied');
  return { data };
}
