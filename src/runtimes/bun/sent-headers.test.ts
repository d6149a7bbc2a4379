import { describe, expect, test } from 'bun:test';
import { sentHeadersOf } from './sent-headers.ts';

const settings = { backendHeaders: ['cookie', 'user-agent'], allowedOrigins: ['https://app.example.org'] };
const request = new Headers({
  Cookie: 'theirs=1; __Host-banyan=secret; banyan=secret; banyan-like=2',
  'User-Agent': 'Mozilla',
  Authorization: 'Bearer x',
});

describe('BA7 what a client’s request tells the developer’s backend', () => {
  test('is what the settings name, without our own cookie', () => {
    expect(sentHeadersOf(request, 'own', settings)).toEqual({
      cookie: 'theirs=1; banyan-like=2',
      'user-agent': 'Mozilla',
    });
    expect(sentHeadersOf(request, 'foreign', settings)?.cookie).toBe('theirs=1; banyan-like=2');
    expect(sentHeadersOf(new Headers({ Cookie: 'banyan=secret' }), 'own', settings)).toBeUndefined();
  });

  test('is no cookie where pages of any origin may connect', () => {
    const open = { ...settings, allowedOrigins: ['*'] };
    expect(sentHeadersOf(request, 'foreign', open)).toEqual({ 'user-agent': 'Mozilla' });
    expect(sentHeadersOf(request, 'own', open)?.cookie).toBe('theirs=1; banyan-like=2');
  });

  test('is nothing by default', () => {
    expect(sentHeadersOf(request, 'own', { ...settings, backendHeaders: [] })).toBeUndefined();
  });
});
