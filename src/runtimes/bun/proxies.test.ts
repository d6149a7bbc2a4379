import { describe, expect, test } from 'bun:test';
import { createProxies } from './proxies.ts';

const PROXY = '10.0.0.1';
const addressOf = (peer: string, forwarded?: string, trusted: readonly string[] = [PROXY, '10.0.0.2', 'fd00::1']) =>
  createProxies(trusted).addressOf(new Headers(forwarded === undefined ? {} : { 'X-Forwarded-For': forwarded }), peer);

describe("the client's address", () => {
  test("is the peer's, whatever headers it sends, unless the peer is a trusted proxy", () => {
    expect(addressOf('192.0.2.7', '198.51.100.1')).toBe('192.0.2.7');
    expect(addressOf('192.0.2.7', '198.51.100.1', [])).toBe('192.0.2.7');
  });

  test('is what the trusted proxy added', () => {
    expect(addressOf(PROXY, '198.51.100.1')).toBe('198.51.100.1');
    expect(addressOf(PROXY, '2001:db8::7')).toBe('2001:db8::7');
  });

  test('is never what the client added before the proxy', () => {
    expect(addressOf(PROXY, '127.0.0.1, 198.51.100.1')).toBe('198.51.100.1');
    expect(addressOf(PROXY, `${PROXY}, 198.51.100.1`)).toBe('198.51.100.1');
  });

  test('is found behind several trusted proxies', () => {
    expect(addressOf(PROXY, '203.0.113.9, 198.51.100.1, fd00::1, 10.0.0.2')).toBe('198.51.100.1');
  });

  test('is found behind proxies of a trusted subnet', () => {
    const subnets = ['10.0.0.0/8', 'fd00::/8'];
    expect(addressOf('10.200.3.4', '198.51.100.1, fd12::9', subnets)).toBe('198.51.100.1');
    expect(addressOf('11.0.0.1', '198.51.100.1', subnets)).toBe('11.0.0.1');
  });

  test("is the last proxy's if the forwarded one is missing or invalid", () => {
    expect(addressOf(PROXY)).toBe(PROXY);
    expect(addressOf(PROXY, '')).toBe(PROXY);
    expect(addressOf(PROXY, '198.51.100.1, unknown')).toBe(PROXY);
    expect(addressOf(PROXY, 'unknown, 10.0.0.2')).toBe('10.0.0.2');
  });

  test('is plain IPv4 on an IPv6 socket, for the proxy as well', () => {
    expect(addressOf('::ffff:192.0.2.7')).toBe('192.0.2.7');
    expect(addressOf(`::ffff:${PROXY}`, '::ffff:198.51.100.1')).toBe('198.51.100.1');
  });

  test('is empty when the socket is closed', () => {
    expect(addressOf('', '198.51.100.1')).toBe('');
  });
});

describe('encryption', () => {
  const isEncrypted = (url: string, peer: string, proto?: string) =>
    createProxies([PROXY]).isEncrypted(
      new Request(url, { headers: proto === undefined ? {} : { 'X-Forwarded-Proto': proto } }),
      peer,
    );

  test('is determined by the socket or a trusted proxy', () => {
    expect(isEncrypted('https://localhost/', '192.0.2.7')).toBe(true);
    expect(isEncrypted('http://localhost/', PROXY, 'https')).toBe(true);
    expect(isEncrypted('http://localhost/', PROXY, 'http')).toBe(false);
    expect(isEncrypted('http://localhost/', PROXY)).toBe(false);
    expect(isEncrypted('http://localhost/', '192.0.2.7', 'https')).toBe(false);
  });
});
