import type { Backend, BackendAnswer, BackendEvent } from '../../ports/backend.ts';
import type { Span } from '../../ports/traces.ts';
import { type Principal, userOf } from '../access/principal.ts';
import type { Grant, SignedIn } from '../access/tokens.ts';
import { DisconnectError } from '../disconnects.ts';
import { ClientError } from '../errors.ts';
import type { ClientHeaders } from '../protocol/client-headers.ts';
import type { Command } from '../protocol/commands.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { JsonText } from '../text/raw-json.ts';
import {
  dataOf,
  endOf,
  givenOf,
  infoOf,
  type Permitted,
  permittedOf,
  type Result,
  readAnswer,
} from './application-answers.ts';

/** The client a request is about. */
export type Asking = {
  readonly client: string;
  readonly principal: Principal;
  readonly address: string;
  /** The client's encoding and transport. */
  readonly protocol: 'json' | 'protobuf';
  readonly transport: string;
  readonly headers?: ClientHeaders | undefined;
  /** The token's `meta` for the backend; JSON text. */
  readonly meta?: string | undefined;
  /** The parent span, if traced. */
  readonly span?: Span;
};

/** Of a session, or of something similar. */
export function askingOf(
  of: Omit<Asking, 'protocol' | 'span'> & { readonly protocol: Pick<Protocol, 'format'> },
  span?: Span,
): Asking {
  const { client, principal, address, protocol, transport, headers, meta } = of;
  const format = protocol.format ?? 'json';
  return {
    client,
    principal,
    address,
    protocol: format,
    transport,
    headers,
    meta,
    ...(span !== undefined && { span }),
  };
}

type Question = Readonly<Record<string, unknown>>;
type Greeting = Pick<Extract<Command, { kind: 'connect' }>, 'data' | 'application' | 'since'>;
type RequestedPublication = Pick<Extract<Command, { kind: 'publish' }>, 'channel' | 'data' | 'entry'>;

/** How long a connection continues if its backend is unavailable at its expiry: as in Centrifugo. */
export const GRACE_MS = 60_000;

/** Whether the developer's backend was unavailable, rather than refused. */
export function isOutage(error: unknown): boolean {
  return !(error instanceof ClientError) || error.kind === 'internal';
}

/** The renewal of something that expired. */
export type Renewal = {
  /** Milliseconds since 1970; absent: no expiry. */
  readonly expiresAt?: number;
  /** The new info shown with the client to others; JSON text. */
  readonly info?: string;
  readonly meta?: string;
};

/**
 * The developer's own backend: decides on connections, subscriptions and publications, and answers calls. Requests and
 * responses have the form of Centrifugo's proxies: https://centrifugal.dev/docs/server/proxy
 *
 * Every call rejects with `ClientError` `internal` (temporary) if the backend is unavailable, `permissionDenied` if it
 * grants nothing, with its own error, or with a `DisconnectError` that has its code and reason.
 */
export class Application {
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  hears(event: BackendEvent): boolean {
    return this.#backend.hears(event);
  }

  poll(url: string, question: string, span?: Span): Promise<BackendAnswer> {
    return this.#backend.poll(url, question, { span });
  }

  /** `data`, here and below: the client's JSON text. */
  async connect(asking: Asking, { data, application, since }: Greeting): Promise<SignedIn> {
    const channels = [...since.keys()];
    const fields = { ...application, ...(channels.length > 0 && { channels }) };
    return this.#ask('connect', asking, { fields, data }, (result) => {
      const { user, channels: into, subs, meta } = result;
      const said = dataOf(result);
      return {
        principal: user ? { kind: 'external', user } : { kind: 'anonymous' },
        vouched: true,
        ...endOf(result),
        ...infoOf(result),
        ...(into && { channels: into }),
        ...(subs && { subs: new Map(Object.entries(subs).map(([name, options]) => [name, givenOf(options)])) }),
        ...(meta && { meta: meta.text }),
        ...(said !== undefined && { data: said }),
      };
    });
  }

  /** Rejects with `DisconnectError` `expired` if it ends here. */
  refresh(asking: Asking): Promise<Renewal> {
    return this.#ask('refresh', asking, {}, (result) => ({
      ...renewalOf(result),
      ...(result.meta && { meta: result.meta.text }),
    }));
  }

  subscribe(asking: Asking, channel: string, data: string | undefined): Promise<Grant> {
    const user = userOf(asking.principal);
    return this.#ask('subscribe', asking, { fields: { channel }, data }, (result) => ({
      ...{ channel, user, vouched: true },
      ...givenOf(result),
    }));
  }

  /** Like `refresh`, for a subscription. */
  subRefresh(asking: Asking, channel: string): Promise<Renewal> {
    return this.#ask('sub_refresh', asking, { fields: { channel } }, renewalOf);
  }

  /** `entry`: in a map. If the backend has no address for entries, it is asked as about any publication. */
  publish(asking: Asking, { channel, data, entry }: RequestedPublication): Promise<Permitted> {
    const fields = { channel, ...(entry !== undefined && { key: entry.key }) };
    if (entry?.removed === true && this.hears('map_remove')) {
      return this.#ask('map_remove', asking, { fields }, (result) => permittedOf(result, data));
    }
    if (entry !== undefined && entry.removed !== true && this.hears('map_publish')) {
      return this.#ask('map_publish', asking, { fields, data }, (result) => permittedOf(result, data));
    }
    const removed = entry?.removed === true ? { removed: true } : {};
    return this.#ask('publish', asking, { fields: { ...fields, ...removed }, data }, (result) =>
      permittedOf(result, data),
    );
  }

  /** Returns JSON as the backend wrote it; undefined if there is none. */
  rpc(asking: Asking, method: string, data: string | undefined): Promise<JsonText | undefined> {
    return this.#ask('rpc', asking, { fields: { method }, data }, (result) => {
      const text = dataOf(result);
      return text === undefined ? undefined : new JsonText(text);
    });
  }

  async #ask<E extends BackendEvent, T>(
    event: E,
    { client, principal, address, protocol, transport, headers, meta, span }: Asking,
    { fields = {}, data }: { readonly fields?: Question; readonly data?: string | undefined },
    read: (result: Result<E>) => T,
  ): Promise<T> {
    const known: Question = {
      ...{ client, transport, protocol, encoding: 'json', address },
      ...{ user: userOf(principal), user_kind: principal.kind },
      ...fields,
    };
    const question =
      meta === undefined ? JSON.stringify(known) : `${JSON.stringify(known).slice(0, -1)},"meta":${meta}}`;
    // The client's text as written: parsing and serializing it would lose digits of large numbers.
    const whole = data === undefined ? question : `${question.slice(0, -1)},"data":${data}}`;
    try {
      return read(readAnswer(event, await this.#backend.ask(event, whole, { headers, span })));
    } catch (error) {
      if (error instanceof ClientError || error instanceof DisconnectError) throw error;
      // There was no valid response.
      throw unavailable(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

function renewalOf(result: Result<'sub_refresh'>): Renewal {
  if (result.expired === true) throw new DisconnectError('expired');
  return { ...endOf(result), ...infoOf(result) };
}

function unavailable(cause: Error): ClientError {
  return new ClientError('internal', { message: 'the application does not answer; try again', cause });
}
