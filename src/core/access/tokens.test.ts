import { describe, expect, test } from 'bun:test';
import { exportJWK, exportSPKI, generateKeyPair, type JWK, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { DisconnectError } from '../disconnects.ts';
import { ClientError } from '../errors.ts';
import { TokenRefusals } from './token-refusals.ts';
import { createTokens, type TokenSettings } from './tokens.ts';

const SECRET = 'a secret that is long enough to be one';
const NOW = Date.UTC(2026, 0, 1);
const IN_A_MINUTE = NOW / 1_000 + 60;

const keyOf = (secret: string) => new TextEncoder().encode(secret);

function sign(payload: JWTPayload, alg = 'HS256', secret = SECRET): Promise<string> {
  return new SignJWT(payload).setProtectedHeader({ alg }).sign(keyOf(secret));
}

const NO_KEYS: TokenSettings = {
  ...{ secret: '', publicKey: '', jwksUrl: '', issuer: '', audience: '', leewaySeconds: 5 },
};
const tokensOf = (settings: Partial<TokenSettings>) => createTokens({ ...NO_KEYS, ...settings }, () => NOW);

/** The result, or the error's name. */
async function outcomeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ClientError || error instanceof DisconnectError) return error.kind;
    throw error;
  }
}

/** The user the token authenticates, or the error's name. */
const outcome = (token: string, secret = SECRET) => outcomeOf(tokensOf({ secret }).connection(token));

const EVE = { kind: 'external', user: 'eve' };

describe('a valid token', () => {
  test.each(['HS256', 'HS384', 'HS512'])('signed with %s authenticates its user until it expires', async (alg) => {
    const token = await sign({ sub: 'eve', exp: IN_A_MINUTE }, alg);
    expect(await outcome(token)).toEqual({ principal: EVE, expiresAt: NOW + 60_000 });
  });

  const payloads: readonly [string, JWTPayload, unknown][] = [
    ['without an end', { sub: 'eve' }, { principal: EVE }],
    ['without a user', { exp: IN_A_MINUTE }, { principal: { kind: 'anonymous' }, expiresAt: NOW + 60_000 }],
    ['with an empty user', { sub: '' }, { principal: { kind: 'anonymous' } }],
    ['that has just begun to hold', { sub: 'eve', nbf: NOW / 1_000 }, { principal: EVE }],
    ['with an audience and more, which nobody asks for', { sub: 'eve', aud: 'x', jti: 'y' }, { principal: EVE }],
    ['TK1 that begins within the leeway', { sub: 'eve', nbf: NOW / 1_000 + 5 }, { principal: EVE }],
    // RFC 7519 section 4.1.6 does not make `iat` a condition, and Centrifugo ignores it.
    ['TK1 that was issued later than it is', { sub: 'eve', iat: NOW / 1_000 + 60 }, { principal: EVE }],
    ['with an empty channel', { sub: 'eve', channel: '' }, { principal: EVE }],
  ];
  test.each([...payloads])('%s', async (_what, payload, expected) => {
    expect(await outcome(await sign(payload))).toEqual(expected);
  });
});

describe('PE1 an invalid token', () => {
  test('that has expired gets that error, so that the client fetches another', async () => {
    expect(await outcome(await sign({ sub: 'eve', exp: NOW / 1_000 - 1 }))).toBe('tokenExpired');
    expect(await outcome(await sign({ sub: 'eve', exp: NOW / 1_000 }))).toBe('tokenExpired');
  });

  test('TK1 that is not valid yet gets the same error, as in Centrifugo', async () => {
    // VerifyConnectToken returns ErrTokenExpired if !IsValidNotBefore.
    expect(await outcome(await sign({ sub: 'eve', nbf: NOW / 1_000 + 6 }))).toBe('tokenExpired');
    const strict = tokensOf({ secret: SECRET, leewaySeconds: 0 });
    expect(await outcomeOf(strict.connection(await sign({ sub: 'eve', nbf: NOW / 1_000 + 1 })))).toBe('tokenExpired');
  });

  test('TK3 whose expire_at is over gets the same error, whatever its exp', async () => {
    for (const end of [NOW / 1_000, NOW / 1_000 - 1, 1, -1]) {
      expect(await outcome(await sign({ sub: 'eve', expire_at: end, exp: IN_A_MINUTE }))).toBe('tokenExpired');
      const token = await sign({ sub: 'eve', channel: 'a', expire_at: end });
      expect(await outcomeOf(tokensOf({ secret: SECRET }).subscription(token))).toBe('tokenExpired');
    }
  });

  test('that has expired and is otherwise invalid is only reported as invalid', async () => {
    const expired = { sub: 'eve', exp: NOW / 1_000 - 1 };
    expect(await outcome(await sign(expired, 'HS256', 'another secret of the same length, nearly'))).toBe(
      'invalidToken',
    );
  });

  const wrong: readonly [string, () => Promise<string> | string][] = [
    ['signed with another secret', () => sign({ sub: 'eve' }, 'HS256', 'another secret of the same length, nearly')],
    ['not signed (alg none)', () => new UnsecuredJWT({ sub: 'eve' }).encode()],
    ['TK2 that is for a channel', () => sign({ sub: 'eve', channel: 'news:1' })],
    ['TK2 that is for a channel that is no text', () => sign({ sub: 'eve', channel: 5 })],
    ['whose expire_at is no number', () => sign({ sub: 'eve', expire_at: 'tomorrow' })],
    ['whose user is a number', () => sign({ sub: 42 as unknown as string })],
    ['whose user is an object', () => sign({ sub: { id: 'eve' } as unknown as string })],
    ['whose end is no number', () => sign({ sub: 'eve', exp: 'tomorrow' as unknown as number })],
    ['that was changed', async () => `${await sign({ sub: 'eve' })}x`],
    ['with the payload of another', async () => mixed(await sign({ sub: 'eve' }), await sign({ sub: 'ada' }))],
    ['with the signature taken off', async () => `${(await sign({ sub: 'eve' })).split('.').slice(0, 2).join('.')}.`],
    ['that is no token', () => 'not a token'],
    ['of two parts', () => 'a.b'],
  ];
  test.each([...wrong])('%s', async (_what, make) => {
    expect(await outcome(await make())).toBe('invalidToken');
  });

  test('without a secret every token is refused, also one signed with an empty secret', async () => {
    expect(await outcome(await sign({ sub: 'eve' }), '')).toBe('invalidToken');
  });
});

/** The first token with the second one's payload. */
function mixed(first: string, second: string): string {
  const [header, , signature] = first.split('.');
  return [header, second.split('.')[1], signature].join('.');
}

describe('further claims of a token', () => {
  test.each([
    ['info', { info: { name: 'Eve' } }, { info: '{"name":"Eve"}' }],
    ['b64info', { b64info: btoa('{"name":"Eve"}') }, { info: '{"name":"Eve"}' }],
    ['b64info of other bytes', { b64info: btoa('\xff\x00') }, { info: '{"$binary":"/wA="}' }],
    ['channels, each once', { channels: ['a', 'b', 'a'] }, { channels: ['a', 'b'] }],
    // internal/jwtverify/token_verifier_jwt.go of Centrifugo: `subs`, else `channels`.
    ['subs, which replace channels', { channels: ['a'], subs: { b: {} } }, { subs: new Map([['b', {}]]) }],
    [
      'SO8 subs with options',
      { subs: { b: { info: { seat: 7 }, data: [1], override: { join_leave: { value: false } } } } },
      { subs: new Map([['b', { info: '{"seat":7}', data: '[1]', override: { joinLeave: false } }]]) },
    ],
    [
      'SO8 subs with bytes, which replace info and data',
      { subs: { b: { info: 1, b64info: btoa('{"a":1}'), data: 2, b64data: btoa('\xff\x00') } } },
      { subs: new Map([['b', { info: '{"a":1}', data: '{"$binary":"/wA="}' }]]) },
    ],
    ['SO8 an override that changes nothing', { subs: { b: { override: {} } } }, { subs: new Map([['b', {}]]) }],
    ['SO8 meta for the backend', { meta: { tenant: 1 } }, { meta: '{"tenant":1}' }],
    ['an end of its own', { exp: IN_A_MINUTE, expire_at: IN_A_MINUTE + 60 }, { expiresAt: NOW + 120_000 }],
    ['info as it was signed', { info: { n: 1.5 } }, { info: '{"n":1.5}' }],
    ['no end, though the token has one', { exp: IN_A_MINUTE, expire_at: 0 }, {}],
  ] as const)('%s', async (_what, claims, said) => {
    expect(await outcome(await sign({ sub: 'eve', ...(claims as JWTPayload) }))).toEqual({ principal: EVE, ...said });
  });

  test.each([
    ['channels that are no list', { channels: 'a' }],
    ['channels that are no texts', { channels: [1] }],
    ['subs that are no object', { subs: ['a'] }],
    ['SO8 options that are no object', { subs: { a: 1 } }],
    ['SO8 an override that is no object with a value', { subs: { a: { override: { presence: true } } } }],
    ['SO8 b64data that is no base64', { subs: { a: { b64data: '???' } } }],
    ['b64info that is no base64', { b64info: '???' }],
  ])('%s: the token is invalid', async (_what, claims) => {
    expect(await outcome(await sign({ sub: 'eve', ...(claims as JWTPayload) }))).toBe('invalidToken');
  });

  test('issuer and audience are required if the settings name them', async () => {
    const tokens = tokensOf({ secret: SECRET, issuer: 'app', audience: 'chat' });
    const tried = (payload: JWTPayload) =>
      sign({ sub: 'eve', ...payload }).then((token) => outcomeOf(tokens.connection(token)));
    expect(await tried({ iss: 'app', aud: ['web', 'chat'] })).toEqual({ principal: EVE });
    for (const wrong of [
      {},
      { iss: 'app' },
      { aud: 'chat' },
      { iss: 'other', aud: 'chat' },
      { iss: 'app', aud: 'web' },
    ]) {
      expect(await tried(wrong)).toBe('invalidToken');
    }
  });
});

describe('SO12 keys and claims named by settings', () => {
  const OLD = 'the secret of before, which is long enough too';

  test('SO12 tokens of the previous secret are valid until its expiry', async () => {
    const token = await sign({ sub: 'eve' }, 'HS256', OLD);
    const tried = (settings: Partial<TokenSettings>) =>
      outcomeOf(tokensOf({ secret: SECRET, ...settings }).connection(token));
    expect(await tried({})).toBe('invalidToken');
    expect(await tried({ previousSecret: OLD })).toEqual({ principal: EVE });
    expect(await tried({ previousSecret: OLD, previousSecretUntil: NOW })).toEqual({ principal: EVE });
    expect(await tried({ previousSecret: OLD, previousSecretUntil: NOW - 1 })).toBe('invalidToken');
    expect(await tried({ previousSecret: 'another secret that is long enough' })).toBe('invalidToken');
  });

  test('SO12 the user is in another claim', async () => {
    const tokens = tokensOf({ secret: SECRET, userClaim: 'uid' });
    expect(await tokens.connection(await sign({ sub: 'ada', uid: 'eve' }))).toEqual({ principal: EVE } as never);
    expect(await tokens.connection(await sign({ sub: 'ada' }))).toEqual({ principal: { kind: 'anonymous' } });
  });
});

describe('a subscription token', () => {
  const grant = async (payload: JWTPayload) =>
    outcomeOf(tokensOf({ secret: SECRET }).subscription(await sign(payload)));

  test('names the channel, the user, and the info shown to others', async () => {
    expect(await grant({ sub: 'eve', channel: 'news:1', info: 5, exp: IN_A_MINUTE })).toEqual({
      ...{ channel: 'news:1', user: 'eve', info: '5', expiresAt: NOW + 60_000 },
    });
    expect(await grant({ channel: 'news:1' })).toEqual({ channel: 'news:1', user: '' });
    expect(
      await grant({ channel: 'news:1', client: 'c1', data: { a: 1 }, override: { force_recovery: { value: false } } }),
    ).toEqual({ channel: 'news:1', user: '', client: 'c1', data: '{"a":1}', override: { forceRecovery: false } });
  });

  test('PE1 without a channel, or expired, is invalid', async () => {
    expect(await grant({ sub: 'eve' })).toBe('invalidToken');
    expect(await grant({ sub: 'eve', channel: 5 })).toBe('invalidToken');
    expect(await grant({ sub: 'eve', channel: 'a', exp: NOW / 1_000 })).toBe('tokenExpired');
  });
});

describe('public keys', () => {
  test.each(['RS256', 'PS384', 'ES256', 'ES384', 'EdDSA'])(
    '%s: a token signed with the private key is valid',
    async (alg) => {
      const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
      const tokens = tokensOf({ publicKey: await exportSPKI(publicKey) });
      const token = await new SignJWT({ sub: 'eve' }).setProtectedHeader({ alg }).sign(privateKey);
      expect(await outcomeOf(tokens.connection(token))).toEqual({ principal: EVE });
      const { privateKey: other } = await generateKeyPair(alg);
      const forged = await new SignJWT({ sub: 'eve' }).setProtectedHeader({ alg }).sign(other);
      expect(await outcomeOf(tokens.connection(forged))).toBe('invalidToken');
    },
  );

  test('PE1 are never used as a shared secret', async () => {
    const { publicKey } = await generateKeyPair('RS256', { extractable: true });
    const pem = await exportSPKI(publicKey);
    const forged = await sign({ sub: 'eve' }, 'HS256', pem);
    expect(await outcomeOf(tokensOf({ publicKey: pem }).connection(forged))).toBe('invalidToken');
    expect(await outcomeOf(tokensOf({ publicKey: pem, secret: SECRET }).connection(forged))).toBe('invalidToken');
    const shared = await sign({ sub: 'eve' });
    expect(await outcomeOf(tokensOf({ publicKey: pem, secret: SECRET }).connection(shared))).toEqual({
      principal: EVE,
    });
  });

  test('of a key set are selected by kid; if it cannot be fetched, the client is told to retry', async () => {
    const [first, second] = [
      await generateKeyPair('ES256', { extractable: true }),
      await generateKeyPair('ES256', { extractable: true }),
    ];
    let published = [{ ...(await exportJWK(first.publicKey)), kid: 'one', alg: 'ES256' }];
    let asked = 0;
    let down = true;
    const server = Bun.serve({
      port: 0,
      fetch: () => {
        asked += 1;
        return down ? new Response('', { status: 503 }) : Response.json({ keys: published });
      },
    });
    const jwksUrl = `http://localhost:${server.port}/keys`;
    const signed = (kid: string, { privateKey }: typeof first) =>
      new SignJWT({ sub: 'eve' }).setProtectedHeader({ alg: 'ES256', kid }).sign(privateKey);
    const tokens = tokensOf({ jwksUrl });
    expect(await outcomeOf(tokens.connection(await signed('one', first)))).toBe('unavailable');
    down = false;
    expect(await outcomeOf(tokens.connection(await signed('one', first)))).toEqual({ principal: EVE });
    expect(await outcomeOf(tokens.connection(await signed('one', second)))).toBe('invalidToken');
    // Rotation: a server that has not fetched recently fetches again.
    published = [...published, { ...(await exportJWK(second.publicKey)), kid: 'two', alg: 'ES256' }];
    const before = asked;
    for (let n = 0; n < 5; n += 1) {
      expect(await outcomeOf(tokens.connection(await signed('two', second)))).toBe('invalidToken');
    }
    expect(asked).toBe(before);
    expect(await outcomeOf(tokensOf({ jwksUrl }).connection(await signed('two', second)))).toEqual({ principal: EVE });
    await server.stop(true);
  });
});

describe("JS1 a user's info", () => {
  /** A token whose payload is exactly this text. */
  async function signText(payload: string): Promise<string> {
    const part = (text: string) => Buffer.from(text).toString('base64url');
    const signed = `${part('{"alg":"HS256"}')}.${part(payload)}`;
    const hmac = new Bun.CryptoHasher('sha256', SECRET).update(signed).digest('base64url');
    return `${signed}.${hmac}`;
  }

  const ODD = '{"id":9007199254740993,"price":1.10,"2":0,"1":1e400,"id":"é\\ud800"}';

  test("is the token's text as written", async () => {
    const tokens = tokensOf({ secret: SECRET });
    const connection = await signText(`{"sub":"eve","info":1,"info": ${ODD}}`);
    expect(await outcomeOf(tokens.connection(connection))).toEqual({ principal: EVE, info: ODD });
    const subscription = await signText(`{"sub":"eve","channel":"a","info":\n${ODD}\n}`);
    expect(await outcomeOf(tokens.subscription(subscription))).toEqual({ channel: 'a', user: 'eve', info: ODD });
  });

  test('JS4 has a nesting limit', async () => {
    const deep = (depth: number) => signText(`{"sub":"eve","info":${'['.repeat(depth)}${']'.repeat(depth)}}`);
    expect(await outcome(await deep(200))).toMatchObject({ principal: EVE });
    expect(await outcome(await deep(201))).toBe('invalidToken');
  });
});

describe('TK4 an algorithm without a suitable key', () => {
  const PAIRS = ['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'];
  const signedBy = async (alg: string, kid?: string) => {
    const { privateKey } = await generateKeyPair(alg);
    return new SignJWT({ sub: 'eve' }).setProtectedHeader({ alg, ...(kid !== undefined && { kid }) }).sign(privateKey);
  };

  test.each(PAIRS)('%s: tokens of each other algorithm are refused', async (alg) => {
    const { publicKey } = await generateKeyPair(alg, { extractable: true });
    const tokens = tokensOf({ publicKey: await exportSPKI(publicKey) });
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k' };
    const server = Bun.serve({ port: 0, fetch: () => Response.json({ keys: [jwk] }) });
    const published = tokensOf({ jwksUrl: `http://localhost:${server.port}/` });
    for (const other of [...PAIRS, 'HS256']) {
      const token = other === 'HS256' ? await sign({ sub: 'eve' }) : await signedBy(other, 'k');
      expect([other, await outcomeOf(tokens.connection(token))]).toEqual([other, 'invalidToken']);
      expect([other, await outcomeOf(published.connection(token))]).toEqual([other, 'invalidToken']);
    }
    await server.stop(true);
  });

  test('is counted each time, and logged once a minute, without any part of the token', async () => {
    let now = NOW;
    const counted: string[] = [];
    const recorded: object[] = [];
    const refusals = new TokenRefusals(
      {
        count: (name, labels) => counted.push(`${name} ${labels?.reason}`),
        record: (_level, event, fields) => recorded.push({ event, ...fields }),
      },
      { now: () => now },
    );
    const { publicKey } = await generateKeyPair('RS256', { extractable: true });
    const settings = { ...NO_KEYS, publicKey: await exportSPKI(publicKey) };
    const tokens = createTokens(
      settings,
      () => NOW,
      (reason, error) => refusals.note(reason, error),
    );
    const token = await signedBy('ES256');
    for (let n = 0; n < 5; n += 1) expect(await outcomeOf(tokens.connection(token))).toBe('invalidToken');
    expect(counted).toEqual(Array(5).fill('banyan_token_refusals_total key'));
    expect(recorded).toHaveLength(1);
    expect(recorded[0]).toMatchObject({ event: 'token.refused', reason: 'key', others: 0 });
    now += 60_000;
    await outcomeOf(tokens.connection(token));
    expect(recorded[1]).toMatchObject({ others: 4 });
    expect(JSON.stringify(recorded)).not.toContain(token.slice(-20));
    await outcomeOf(tokens.connection(await sign({ sub: 'eve' })));
    expect(recorded).toHaveLength(2);
  });

  test('is not confused with a failed fetch of the key set', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const good = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' };
    const bad: readonly JWK[] = [
      { ...good, x: 'AAAA' },
      { ...good, x: 5 as unknown as string },
      { kty: 'EC', crv: 'P-256', kid: 'k' },
      { ...good, crv: 'P-384' },
      { ...good, use: 'enc' },
      { kty: 'oct', k: 'c2VjcmV0', kid: 'k' },
    ];
    const token = await new SignJWT({ sub: 'eve' }).setProtectedHeader({ alg: 'ES256', kid: 'k' }).sign(privateKey);
    for (const key of bad) {
      const server = Bun.serve({ port: 0, fetch: () => Response.json({ keys: [key] }) });
      const tokens = tokensOf({ jwksUrl: `http://localhost:${server.port}/` });
      expect([key, await outcomeOf(tokens.connection(token))]).toEqual([key, 'invalidToken']);
      await server.stop(true);
    }
  });

  test.each([
    ['an answer that is no JSON', () => new Response('oops')],
    ['an answer that is no set', () => Response.json({ keys: 5 })],
    ['an error', () => new Response('', { status: 500 })],
    ['a redirect', () => Response.redirect('http://127.0.0.1:1/', 302)],
  ])('a failed fetch of the key set is a temporary error: %s', async (_what, fetch) => {
    const server = Bun.serve({ port: 0, fetch });
    const tokens = tokensOf({ jwksUrl: `http://localhost:${server.port}/` });
    const error = await tokens.connection(await signedBy('ES256', 'k')).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'unavailable', code: 100, temporary: true });
    await server.stop(true);
    const gone = await tokens.connection(await signedBy('ES256', 'k')).catch((thrown: unknown) => thrown);
    expect(gone).toMatchObject({ kind: 'unavailable', temporary: true });
  });
});
