import { describe, expect, test } from 'bun:test';
import { sentHeadersOf } from './sent-headers.ts';

const settings = { backendHeaders: ['cookie', 'user-agent'], allowedOrigins: ['https://app.example.org'] };
const request = new Headers({
  Cookie: 'theirs=1; __Host-banyan=secret; banyan=secret; banyan-like=2',
  'User-Agent': 'Mozilla',
  Authorization: 'Bearer x',
});

describe('BA7 the request headers passed to the developer’s backend', () => {
  test('are those the settings name, without our own cookie', () => {
    expect(sentHeadersOf(request, 'own', settings)).toEqual({
      cookie: 'theirs=1; banyan-like=2',
      'user-agent': 'Mozilla',
    });
    expect(sentHeadersOf(request, 'foreign', settings)?.cookie).toBe('theirs=1; banyan-like=2');
    expect(sentHeadersOf(new Headers({ Cookie: 'banyan=secret' }), 'own', settings)).toBeUndefined();
  });

  test('contain no cookie if pages of any origin may connect', () => {
    const open = { ...settings, allowedOrigins: ['*'] };
    expect(sentHeadersOf(request, 'foreign', open)).toEqual({ 'user-agent': 'Mozilla' });
    expect(sentHeadersOf(request, 'own', open)?.cookie).toBe('theirs=1; banyan-like=2');
  });

  test('are empty by default', () => {
    expect(sentHeadersOf(request, 'own', { ...settings, backendHeaders: [] })).toBeUndefined();
  });
});
