import { integer, isLine, type Setting, text } from './setting.ts';

/** How the connection tokens of an application's backend are verified. */
export const TOKEN_SETTINGS = {
  tokenSecret: text({
    env: 'BANYAN_TOKEN_SECRET',
    default: '',
    secret: true,
    rule: 'one line',
    is: isLine,
    doc: "Shared with an application's own backend, which signs its users' connection tokens with it (JWT, HS256). Empty: no token is taken.",
  }),
  tokenPublicKey: text({
    env: 'BANYAN_TOKEN_PUBLIC_KEY',
    default: '',
    rule: 'empty, or a public key in PEM (-----BEGIN PUBLIC KEY-----)',
    is: (value) => value === '' || /^\s*-----BEGIN PUBLIC KEY-----[\s\S]+-----END PUBLIC KEY-----\s*$/.test(value),
    doc: 'The public key of a backend that signs tokens with its private one (RSA, ECDSA or Ed25519), instead of a shared secret.',
  }),
  tokenJwksUrl: text({
    env: 'BANYAN_TOKEN_JWKS_URL',
    default: '',
    rule: 'empty, or an http(s) address',
    is: (value) => value === '' || /^https?:$/.test(URL.parse(value)?.protocol ?? ''),
    doc: 'Where such a backend publishes its keys (a JWK set). A token whose `kid` is new makes the server look again, at most twice a minute.',
  }),
  tokenIssuer: text({
    env: 'BANYAN_TOKEN_ISSUER',
    default: '',
    rule: 'one line',
    is: isLine,
    doc: 'What the claim `iss` of tokens must be; empty: anything.',
  }),
  tokenAudience: text({
    env: 'BANYAN_TOKEN_AUDIENCE',
    default: '',
    rule: 'one line',
    is: isLine,
    doc: 'What the claim `aud` of tokens must be, or hold; empty: anything.',
  }),
  tokenLeewaySeconds: integer({
    env: 'BANYAN_TOKEN_LEEWAY_SECONDS',
    default: 5,
    min: 0,
    max: 600,
    doc: "How far the clock of whoever signs tokens may be ahead of this server's: a token whose `nbf` is further ahead is answered with error 109, on which clients get another one.",
  }),
} as const satisfies Record<string, Setting>;
