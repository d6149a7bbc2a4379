import { type Principal, userOf } from '../../core/access/principal.ts';
import { ClientError } from '../../core/errors.ts';
import { within } from '../../core/measures/tracing.ts';
import type { Node } from '../../core/node/node.ts';
import type { Published } from '../../core/operations/feature.ts';
import { jsonTextOf } from '../../core/text/binary-data.ts';
import { rawMember } from '../../core/text/raw-json.ts';
import type { Span } from '../../ports/traces.ts';
import type { Publishing } from './requests.ts';

/**
 * `body`: the data as JSON, or `{"channel":…,"data":…}` if the query names no channel. `found`: the user of a cookie.
 */
export type Publication = {
  readonly asked: Publishing;
  readonly body: Uint8Array;
  readonly found: Principal;
  readonly address: string;
  /** The request's span, if traced. */
  readonly span?: Span;
};

/** Publishes for an authenticated request. Throws `ClientError`, `DisconnectError` `invalidToken`. */
export async function publish(node: Node, { asked, body, found, address, span }: Publication): Promise<Published> {
  const { principal, info: connInfo } = await node.signIn(found, asked.token);
  node.spend({ principal, address }, 'publication');
  const { channel, data } = contentOf(asked, body);
  await within(span, 'permission', () => node.permissions.check(principal, 'publish', channel));
  const { key } = asked;
  if (key !== undefined && node.permissions.namespace(channel).history === 'none') {
    const message = 'this channel has no history, so repeated publications cannot be detected';
    throw new ClientError('notAvailable', { message, field: 'Idempotency-Key' });
  }
  // A request is not a connection, so it has no client id.
  const info = { user: userOf(principal), client: '', ...(connInfo !== undefined && { connInfo }) };
  return node.publish(channel, data, {
    info,
    ...(key !== undefined && { key: ownKey(principal, key) }),
    ...(span !== undefined && { span }),
  });
}

/**
 * Prefixes the key with the user, so that keys of different users never collide. The user's part cannot contain a
 * space.
 */
function ownKey(principal: Principal, key: string): string {
  return `${principal.kind}:${encodeURIComponent(userOf(principal))} ${key}`;
}

function contentOf({ channel }: Publishing, body: Uint8Array): { readonly channel: string; readonly data: string } {
  const json = jsonTextOf(withoutMark(body));
  if (json === undefined) throw new ClientError('invalidInput', { message: 'the body is not valid JSON in UTF-8' });
  if (channel !== undefined) return { channel, data: json };
  const { channel: named } = asObject(JSON.parse(json));
  if (typeof named !== 'string') throw new ClientError('invalidInput', { field: 'channel', message: 'is missing' });
  const data = rawMember(json, 'data');
  if (data === undefined) throw new ClientError('invalidInput', { field: 'data', message: 'is missing' });
  return { channel: named, data };
}

/** A byte order mark, which some programs write before JSON. */
function withoutMark(body: Uint8Array): Uint8Array {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? body.subarray(3) : body;
}

function asObject(value: unknown): { readonly channel?: unknown } {
  if (typeof value === 'object' && value !== null) return value;
  throw new ClientError('invalidInput', { message: 'must be an object, or the query must name the channel' });
}
