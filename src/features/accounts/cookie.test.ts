import { describe, expect, test } from 'bun:test';
import { TokenCookie } from './cookie.ts';

const TOKEN = 'a2'.repeat(26);
const plain = new TokenCookie({ publicUrl: '', trustedProxies: [] });
const secure = new TokenCookie({ publicUrl: 'https://chat.example.org', trustedProxies: [] });
const proxied = new TokenCookie({ publicUrl: '', trustedProxies: ['10.0.0.1'] });
const NONE = new Headers();
const viaTls = new Headers({ 'x-forwarded-proto': 'https' });

describe('the cookie', () => {
  test('AU6 is HttpOnly, SameSite=Lax, for the whole site, for 30 days', () => {
    expect(plain.set(TOKEN, NONE)).toBe(`banyan=${TOKEN}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax`);
  });

  test('AU6 behind TLS it is Secure and bound to the host', () => {
    const expected = `__Host-banyan=${TOKEN}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure`;
    expect(secure.set(TOKEN, NONE)).toBe(expected);
    expect(proxied.set(TOKEN, viaTls)).toBe(expected);
  });

  test('AU6 a forwarded protocol counts only with a trusted proxy', () => {
    expect(plain.set(TOKEN, viaTls)).not.toContain('Secure');
    expect(proxied.set(TOKEN, new Headers({ 'x-forwarded-proto': 'http' }))).not.toContain('Secure');
  });

  test('clearing it uses the same name and flags', () => {
    expect(secure.clear(NONE)).toBe('__Host-banyan=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure');
  });

  test('is found among others, and behind TLS only under its __Host- name', () => {
    const cookie = (value: string) => new Headers({ cookie: value });
    expect(plain.read(cookie(`theme=dark; banyan=${TOKEN}; x=y`))).toBe(TOKEN);
    expect(plain.read(cookie(`notbanyan=${TOKEN}`))).toBeUndefined();
    expect(secure.read(cookie(`__Host-banyan=${TOKEN}`))).toBe(TOKEN);
    expect(secure.read(cookie(`banyan=${TOKEN}`))).toBeUndefined();
  });

  test('a value that cannot be a token is ignored', () => {
    for (const value of ['', 'x', `${TOKEN}a`, TOKEN.toUpperCase(), `${TOKEN.slice(1)}'`, '"'.repeat(52)]) {
      expect(plain.read(new Headers({ cookie: `banyan=${value}` }))).toBeUndefined();
    }
  });
});
