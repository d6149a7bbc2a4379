/** The meaning of Bun's and Node's errors, by code. */
const MEANINGS: Readonly<Record<string, string>> = {
  ConnectionRefused: 'nobody listens there',
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the connection was reset',
  ConnectionClosed: 'the connection was closed without an answer',
  ETIMEDOUT: 'no answer',
  TimeoutError: 'no answer',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name service (DNS) does not answer',
  EHOSTUNREACH: 'no route to that host',
  ENETUNREACH: 'no route to that network',
  FailedToOpenSocket: 'no connection to that host',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its TLS certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its TLS certificate is from an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its TLS certificate lacks the intermediate certificates',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its TLS certificate is from an unknown authority',
  CERT_HAS_EXPIRED: 'its TLS certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its TLS certificate is for another name',
};

/** Why there was no response, in a few words. */
export function networkErrorText(thrown: unknown): string {
  const error = thrown as Error & { readonly code?: unknown };
  const code = typeof error.code === 'string' ? error.code : error.name;
  return MEANINGS[code] ?? error.message.replaceAll(/\s*\n\s*/g, ' ');
}
