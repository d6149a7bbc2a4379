import { ClientError } from '../../core/errors.ts';

/** The accepted encodings of a body, as in the header `Accept-Encoding` of a 415 (RFC 9110 section 15.5.16). */
export const ACCEPTED_ENCODINGS = 'identity';

/**
 * Throws `ClientError` (`unsupportedEncoding`) for a request whose body is compressed or otherwise encoded: bodies are
 * read unchanged, so it would be treated as invalid JSON, or as another value.
 */
export function refuseEncodedBody({ headers, body }: Pick<Request, 'headers' | 'body'>): void {
  const encoding = headers.get('Content-Encoding');
  if (encoding === null || body === null || isIdentity(encoding)) return;
  throw new ClientError('unsupportedEncoding', { message: 'the body must not be encoded (Content-Encoding)' });
}

function isIdentity(encoding: string): boolean {
  return encoding.split(',').every((coding) => ['', ACCEPTED_ENCODINGS].includes(coding.trim().toLowerCase()));
}
