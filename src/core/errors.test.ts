import { expect, test } from 'bun:test';
import { ERRORS } from '../contracts/errors.ts';
import { DISCONNECTS, DisconnectError, UNSUBSCRIBES } from './disconnects.ts';
import { ClientError, toClientError } from './errors.ts';

test('every code has one error, in the range of the protocol or of applications', () => {
  const codes = Object.values(ERRORS).map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  expect(codes.every((code) => (code >= 100 && code <= 113) || (code >= 400 && code <= 1_999))).toBe(true);
});

test('a temporary error has a temporary HTTP status', () => {
  for (const { temporary, status } of Object.values(ERRORS)) {
    if (temporary) expect([429, 500, 503]).toContain(status);
    else expect(status).toBeGreaterThanOrEqual(400);
  }
});

test('every code has one disconnect reason, after which clients reconnect or not', () => {
  const codes = Object.values(DISCONNECTS).map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  expect(codes.every((code) => code >= 3_000 && code < 4_000)).toBe(true);
  const giveUp = ['invalidToken', 'badRequest', 'stale', 'forceDisconnect', 'connectionLimit', 'permissionDenied'];
  for (const [kind, { code }] of Object.entries(DISCONNECTS)) {
    expect([kind, code >= 3_500]).toEqual([kind, [...giveUp, 'notAvailable'].includes(kind)]);
  }
});

test('OR5 on a new epoch clients resubscribe by themselves, after an unsubscribe by the server they do not', () => {
  expect(UNSUBSCRIBES.insufficientState.code).toBeGreaterThanOrEqual(2_500);
  expect(UNSUBSCRIBES.server.code).toBeLessThan(2_500);
});

test('a thrown value reaches a client as an error of the table; the cause of an internal error does not', () => {
  const ours = new ClientError('conflict', { message: 'taken', field: 'handle' });
  expect(toClientError(ours)).toBe(ours);
  for (const thrown of [new Error('secret'), 'secret', undefined, new DisconnectError('badRequest')]) {
    const error = toClientError(thrown);
    expect(error).toMatchObject({ kind: 'internal', code: 100, temporary: true, message: 'internal server error' });
    expect(error.cause).toBe(thrown);
  }
});

test("an error without its own message has the table's", () => {
  expect(new ClientError('notFound').message).toBe('not found');
  expect(new ClientError('rateLimited', { retryAfter: 7 })).toMatchObject({ code: 429, status: 429, retryAfter: 7 });
});
