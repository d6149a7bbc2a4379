import { describe, expect, test } from 'bun:test';
import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { DisconnectError } from './disconnects.ts';
import { ClientError } from './errors.ts';
import { createTokenVerifier } from './tokens.ts';

const SECRET = 'a secret that is long enough to be one';
const NOW = Date.UTC(2026, 0, 1);
const IN_A_MINUTE = NOW / 1_000 + 60;

const keyOf = (secret: string) => new TextEncoder().encode(secret);

function sign(payload: JWTPayload, alg = 'HS256', secret = SECRET): Promise<string> {
  return new SignJWT(payload).setProtectedHeader({ alg }).sign(keyOf(secret));
}

/** Whom the token signs in, or the error's name. */
async function outcome(token: string, secret = SECRET): Promise<unknown> {
  try {
    return await createTokenVerifier(secret, () => NOW)(token);
  } catch (error) {
    if (error instanceof ClientError || error instanceof DisconnectError) return error.kind;
    throw error;
  }
}

const EVE = { kind: 'external', user: 'eve' };

describe('a token that holds', () => {
  test.each(['HS256', 'HS384', 'HS512'])('signed with %s signs its user in until it runs out', async (alg) => {
    const token = await sign({ sub: 'eve', exp: IN_A_MINUTE }, alg);
    expect(await outcome(token)).toEqual({ principal: EVE, expiresAt: NOW + 60_000 });
  });

  const payloads: readonly [string, JWTPayload, unknown][] = [
    ['without an end', { sub: 'eve' }, { principal: EVE }],
    ['without a user', { exp: IN_A_MINUTE }, { principal: { kind: 'anonymous' }, expiresAt: NOW + 60_000 }],
    ['with an empty user', { sub: '' }, { principal: { kind: 'anonymous' } }],
    ['that has just begun to hold', { sub: 'eve', nbf: NOW / 1_000 }, { principal: EVE }],
    ['with an audience and more, which nobody asks for', { sub: 'eve', aud: 'x', channel: 'y' }, { principal: EVE }],
  ];
  test.each([...payloads])('%s', async (_what, payload, expected) => {
    expect(await outcome(await sign(payload))).toEqual(expected);
  });
});

describe('PE1 a token that does not hold', () => {
  test('that has run out says so, so that the client gets another', async () => {
    expect(await outcome(await sign({ sub: 'eve', exp: NOW / 1_000 - 1 }))).toBe('tokenExpired');
    expect(await outcome(await sign({ sub: 'eve', exp: NOW / 1_000 }))).toBe('tokenExpired');
  });

  test('that has run out and is wrong besides says no more than that it is wrong', async () => {
    const expired = { sub: 'eve', exp: NOW / 1_000 - 1 };
    expect(await outcome(await sign(expired, 'HS256', 'another secret of the same length, nearly'))).toBe(
      'invalidToken',
    );
  });

  const wrong: readonly [string, () => Promise<string> | string][] = [
    ['signed with another secret', () => sign({ sub: 'eve' }, 'HS256', 'another secret of the same length, nearly')],
    ['not signed (alg none)', () => new UnsecuredJWT({ sub: 'eve' }).encode()],
    ['that holds only later', () => sign({ sub: 'eve', nbf: NOW / 1_000 + 10 })],
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

  test('without a secret no token is taken, one signed with the empty secret neither', async () => {
    expect(await outcome(await sign({ sub: 'eve' }), '')).toBe('invalidToken');
  });
});

/** The first token with the second one's payload. */
function mixed(first: string, second: string): string {
  const [header, , signature] = first.split('.');
  return [header, second.split('.')[1], signature].join('.');
}
