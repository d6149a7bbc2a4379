import type { KeyScope } from '../../core/access/api-keys.ts';
import { namespaceOf } from '../../core/channels/namespace.ts';
import { ClientError } from '../../core/errors.ts';

/** Throws `ClientError` `permissionDenied` for calls outside the key's scope. */
export function checkScope({ methods, namespaces }: KeyScope, method: string, params: unknown): void {
  if (methods !== undefined && !methods.includes(method)) {
    throw new ClientError('permissionDenied', { message: `this key does not allow ${method}` });
  }
  if (namespaces === undefined) return;
  const channels = channelsOf(params);
  if (channels.length > 0 && channels.every((channel) => namespaces.includes(namespaceOf(channel)))) return;
  throw new ClientError('permissionDenied', { message: 'this key is limited to other namespaces' });
}

/** The namespaces of a method's channels. */
function channelsOf(params: unknown): readonly string[] {
  const { channel, channels } = params as { readonly channel?: string; readonly channels?: readonly string[] };
  return [...(channel === undefined ? [] : [channel]), ...(channels ?? [])];
}
