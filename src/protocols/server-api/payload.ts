import { ClientError } from '../../core/errors.ts';
import { jsonOfBytes, jsonTextOf } from '../../core/text/binary-data.ts';
import type { Params } from './requests.ts';

/** The data to publish: JSON text on one line. Throws `ClientError` if it is missing. */
export function dataOf({ data, b64data }: Pick<Params<'publish'>, 'data' | 'b64data'>): string {
  if (b64data !== undefined) return jsonOfBytes(bytesOf(b64data));
  if (data === undefined) throw new ClientError('invalidInput', { field: 'data', message: 'must be given' });
  return data.text;
}

/** The JSON text whose bytes are in `field`. Throws `ClientError` for anything else. */
export function textOf(base64: string, field: string): string {
  const text = jsonTextOf(bytesOf(base64));
  if (text === undefined) throw new ClientError('invalidInput', { field, message: 'must be JSON' });
  return text;
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));
}
