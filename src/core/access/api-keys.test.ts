import { expect, test } from 'bun:test';
import { hashToken } from '../text/random-text.ts';
import { ApiKeys } from './api-keys.ts';

const scopeOf = async (keys: ApiKeys, given: string) => {
  const found = await keys.find(given);
  return found && { methods: found.methods, namespaces: found.namespaces };
};

test('AK1 AK2 keys of the settings have their scope; the last entry of a key counts', async () => {
  const keys = new ApiKeys([
    { key: 'all' },
    { key: 'part', methods: ['publish'] },
    { key: 'gone', revoked: true },
    { key: 'taken back' },
    { key: 'taken back', revoked: true },
    { key: 'narrowed' },
    { key: 'narrowed', namespaces: ['news'] },
  ]);
  expect(await scopeOf(keys, 'all')).toEqual({ methods: undefined, namespaces: undefined });
  expect(await scopeOf(keys, 'part')).toEqual({ methods: ['publish'], namespaces: undefined });
  expect(await scopeOf(keys, 'narrowed')).toEqual({ methods: undefined, namespaces: ['news'] });
  for (const none of ['gone', 'taken back', 'unknown', '']) expect(await keys.find(none)).toBeUndefined();
});

test('AK3 a change or revocation applies to callers that have looked up the key before', async () => {
  const keys = new ApiKeys([]);
  keys.set({ id: 'a', hash: await hashToken('secret') });
  const found = await keys.find('secret');
  if (found === undefined) throw new Error('not found');
  keys.set({ ...found, methods: ['info'] });
  expect(keys.current(found)?.methods).toEqual(['info']);
  keys.revoke('a');
  expect([keys.current(found), await keys.find('secret')]).toEqual([undefined, undefined]);
});
