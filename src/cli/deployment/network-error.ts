/** What Bun's and Node's errors mean, by code. */
const MEANINGS: Readonly<Record<string, string>> = {
  ConnectionRefused: 'nobody listens there',
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the connection was reset',
  ConnectionClosed: 'the connection was closed without an answer',
  ETIMEDOUT: 'no answer',
  TimeoutError: 'no answer',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name service does not answer',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  FailedToOpenSocket: 'no connection to that host',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its TLS certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its TLS certificate is of an authority that is not known here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its TLS certificate comes without those that vouch for it',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its TLS certificate is of an authority that is not known here',
  CERT_HAS_EXPIRED: 'its TLS certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its TLS certificate is for another name',
};

/** Why no answer came, in a few words. */
export function networkErrorText(thrown: unknown): string {
  const error = thrown as Error & { readonly code?: unknown };
  const code = typeof error.code === 'string' ? error.code : error.name;
  return MEANINGS[code] ?? error.message.replaceAll(/\s*\n\s*/g, ' ');
}
