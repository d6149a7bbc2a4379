import { z } from 'zod';
import { type Backend, type BackendEvent, BackendUnavailable } from '../ports/backend.ts';
import type { Span } from '../ports/traces.ts';
import type { ClientHeaders } from './client-headers.ts';
import { comesBack, DisconnectError } from './disconnects.ts';
import { ClientError } from './errors.ts';
import { type Principal, userOf } from './principal.ts';
import type { Grant, SignedIn } from './tokens.ts';

/** Of whom a question is. */
export type Asking = {
  readonly client: string;
  readonly principal: Principal;
  readonly address: string;
  /** The protocol's name. */
  readonly protocol: string;
  readonly headers?: ClientHeaders | undefined;
  /** What the connection's token has for the backend; JSON text. */
  readonly meta?: string | undefined;
  /** What is being asked for, where that is traced. */
  readonly span?: Span;
};

/** Of a session, or of what is like one. */
export function askingOf(
  of: Omit<Asking, 'protocol' | 'span'> & { readonly protocol: { readonly name: string } },
  span?: Span,
): Asking {
  const { client, principal, address, protocol, headers, meta } = of;
  return { client, principal, address, protocol: protocol.name, headers, meta, ...(span !== undefined && { span }) };
}

const USER_LENGTH = 255;
const CHANNELS = 1_000;

/** Seconds since 1970; 0 for no end. */
const expireAt = z.int().min(0).optional();
const info = z.unknown().optional();
const RESULTS = {
  connect: z.object({
    user: z.string().max(USER_LENGTH).default(''),
    expire_at: expireAt,
    info,
    channels: z.array(z.string()).max(CHANNELS).optional(),
  }),
  refresh: z.object({ expired: z.boolean().default(false), expire_at: expireAt }),
  subscribe: z.object({ expire_at: expireAt, info }),
  sub_refresh: z.object({ expired: z.boolean().default(false), expire_at: expireAt }),
  publish: z.object({ data: z.unknown().optional() }),
  rpc: z.object({ data: z.unknown().optional() }),
} as const satisfies Record<BackendEvent, z.ZodType>;

/** One of the three; an answer without any grants nothing. */
const ENVELOPE = z.object({
  result: z.unknown().optional(),
  error: z
    .object({ code: z.int().min(400).max(1_999), message: z.string().max(255), temporary: z.boolean().default(false) })
    .optional(),
  disconnect: z.object({ code: z.int().min(3_000).max(4_999) }).optional(),
});

type Result<E extends BackendEvent> = z.output<(typeof RESULTS)[E]>;
type Question = Readonly<Record<string, string>>;

/**
 * The developer's own backend, as it decides on connections, subscriptions and publications, and answers calls.
 * Questions and answers have the form that Centrifugo's proxies give them:
 * https://centrifugal.dev/docs/server/proxy
 *
 * Every call rejects with `ClientError` `internal` (temporary) when the backend cannot be had, `permissionDenied` when it
 * grants nothing, an error of its own, or with the `DisconnectError` that comes nearest to the one it asks for.
 */
export class Application {
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  hears(event: BackendEvent): boolean {
    return this.#backend.hears(event);
  }

  poll(url: string, question: string, span?: Span): Promise<unknown> {
    return this.#backend.poll(url, question, { span });
  }

  /** `data`, here and below: JSON text of the client. */
  async connect(asking: Asking, data: string | undefined): Promise<SignedIn> {
    const result = await this.#ask('connect', asking, { data });
    const { user, channels } = result;
    return {
      principal: user === '' ? { kind: 'anonymous' } : { kind: 'external', user },
      vouched: true,
      ...endOf(result),
      ...infoOf(result),
      ...(channels !== undefined && { channels }),
    };
  }

  /** When the connection now ends; undefined: it does not. Rejects with `DisconnectError` `expired` when it ends here. */
  async refresh(asking: Asking): Promise<number | undefined> {
    const result = await this.#ask('refresh', asking);
    if (result.expired) throw new DisconnectError('expired');
    return endOf(result).expiresAt;
  }

  async subscribe(asking: Asking, channel: string, data: string | undefined): Promise<Grant> {
    const result = await this.#ask('subscribe', asking, { fields: { channel }, data });
    return { channel, user: userOf(asking.principal), vouched: true, ...endOf(result), ...infoOf(result) };
  }

  /** As `refresh`, of a subscription. */
  async subRefresh(asking: Asking, channel: string): Promise<number | undefined> {
    const result = await this.#ask('sub_refresh', asking, { fields: { channel } });
    if (result.expired) throw new DisconnectError('expired');
    return endOf(result).expiresAt;
  }

  /** Gives what is to be published, JSON text on one line. */
  async publish(asking: Asking, channel: string, data: string): Promise<string> {
    const result = await this.#ask('publish', asking, { fields: { channel }, data });
    return result.data === undefined ? data : JSON.stringify(result.data);
  }

  async rpc(asking: Asking, method: string, data: unknown): Promise<unknown> {
    const result = await this.#ask('rpc', asking, { fields: { method }, data: JSON.stringify(data) });
    return result.data;
  }

  async #ask<E extends BackendEvent>(
    event: E,
    { client, principal, address, protocol, headers, meta, span }: Asking,
    { fields = {}, data }: { readonly fields?: Question; readonly data?: string | undefined } = {},
  ): Promise<Result<E>> {
    const known: Question = {
      client,
      protocol,
      address,
      user: userOf(principal),
      user_kind: principal.kind,
      ...fields,
    };
    const question =
      meta === undefined ? JSON.stringify(known) : `${JSON.stringify(known).slice(0, -1)},"meta":${meta}}`;
    // The client's text as it wrote it: parsing and writing it again would lose digits of large numbers.
    const whole = data === undefined ? question : `${question.slice(0, -1)},"data":${data}}`;
    try {
      return read(event, await this.#backend.ask(event, whole, { headers, span }));
    } catch (error) {
      throw error instanceof BackendUnavailable ? unavailable(error) : error;
    }
  }
}

function read<E extends BackendEvent>(event: E, answer: unknown): Result<E> {
  const envelope = ENVELOPE.safeParse(answer);
  if (!envelope.success) throw unavailable(envelope.error);
  const { error, disconnect, result } = envelope.data;
  if (disconnect !== undefined)
    throw new DisconnectError(comesBack(disconnect.code) ? 'forceReconnect' : 'forceDisconnect');
  if (error !== undefined) throw new ClientError('permissionDenied', error);
  if (result === undefined || result === null) throw new ClientError('permissionDenied');
  const parsed = RESULTS[event].safeParse(result);
  if (!parsed.success) throw unavailable(parsed.error);
  return parsed.data as Result<E>;
}

function unavailable(cause: Error): ClientError {
  return new ClientError('internal', { message: 'the application does not answer; try again', cause });
}

function endOf({ expire_at: end }: { expire_at?: number | undefined }): { readonly expiresAt?: number } {
  return end === undefined || end === 0 ? {} : { expiresAt: end * 1_000 };
}

function infoOf({ info: shown }: { info?: unknown }): { readonly info?: string } {
  return shown === undefined || shown === null ? {} : { info: JSON.stringify(shown) };
}
