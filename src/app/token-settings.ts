import { integer, isLine, type Setting, text } from './setting.ts';

/** How the connection tokens of an application's backend are verified. */
export const TOKEN_SETTINGS = {
  tokenSecret: text({
    env: 'BANYAN_TOKEN_SECRET',
    default: '',
    secret: true,
    rule: 'one line',
    is: isLine,
    doc: "Secret with which an application's backend signs the connection tokens of its users (JWT, HS256). Empty: no tokens are accepted.",
  }),
  tokenPublicKey: text({
    env: 'BANYAN_TOKEN_PUBLIC_KEY',
    default: '',
    rule: 'empty, or a public key in PEM (-----BEGIN PUBLIC KEY-----)',
    is: (value) => value === '' || /^\s*-----BEGIN PUBLIC KEY-----[\s\S]+-----END PUBLIC KEY-----\s*$/.test(value),
    doc: 'Public key of a backend that signs tokens with a private key (RSA, ECDSA or Ed25519) instead of a shared secret.',
  }),
  tokenJwksUrl: text({
    env: 'BANYAN_TOKEN_JWKS_URL',
    default: '',
    rule: 'empty, or an http(s) address',
    is: (value) => value === '' || /^https?:$/.test(URL.parse(value)?.protocol ?? ''),
    doc: "URL of the backend's JWK set. A token with an unknown `kid` makes the server fetch it again, at most twice a minute.",
  }),
  tokenIssuer: text({
    env: 'BANYAN_TOKEN_ISSUER',
    default: '',
    rule: 'one line',
    is: isLine,
    doc: 'Required claim `iss` of tokens; empty: any.',
  }),
  tokenAudience: text({
    env: 'BANYAN_TOKEN_AUDIENCE',
    default: '',
    rule: 'one line',
    is: isLine,
    doc: 'Required claim `aud` of tokens, or one of its values; empty: any.',
  }),
  tokenLeewaySeconds: integer({
    env: 'BANYAN_TOKEN_LEEWAY_SECONDS',
    default: 5,
    min: 0,
    max: 600,
    doc: 'How far the clock of the signing backend may be ahead of this server. A token whose `nbf` is further ahead gets error 109, after which clients fetch a new token.',
  }),
} as const satisfies Record<string, Setting>;
