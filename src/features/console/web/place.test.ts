import { describe, expect, test } from 'bun:test';
import { type Place, readPlace, STARTS, writePlace } from './place.ts';

const there = (address: string): Place | undefined => {
  const url = new URL(address, 'http://localhost');
  return readPlace(url.pathname, url.search);
};

const PLACES: readonly Place[] = [
  ...Object.values(STARTS),
  { screen: 'overview', range: 900 },
  { screen: 'connections', text: '林 & co?#%', page: { after: '[1,"a&b"]' } },
  { screen: 'connections', text: '', page: { before: '[1,"x"]' } },
  { screen: 'connection', client: '12.34/5' },
  { screen: 'channels', prefix: 'demo:', order: 'subscribers', page: { after: '[3,"demo:ä/ö"]' } },
  { screen: 'channel', channel: 'log:a/b?c#d&e=ü 100%' },
  { screen: 'deadLetters', page: { after: '17.4' } },
];

describe('the URLs of the console', () => {
  test.each(PLACES.map((place) => [writePlace(place), place] as const))(
    '%s is parsed back to its place',
    (address, place) => {
      expect(there(address)).toEqual(place);
    },
  );

  test('omit defaults', () => {
    expect(Object.values(STARTS).map(writePlace)).toEqual([
      ...['/admin', '/admin/connections', '/admin/channels', '/admin/keys', '/admin/apps', '/admin/dead-letters'],
    ]);
  });

  test('an unknown range leads to the overview with the usual one', () => {
    for (const address of ['/admin/', '/admin?range=7']) expect(there(address)).toEqual(STARTS.overview);
  });

  test('a path without a screen leads nowhere', () => {
    for (const address of ['/admin/nothing', '/admin/channels/x']) expect(there(address)).toBeUndefined();
  });
});
