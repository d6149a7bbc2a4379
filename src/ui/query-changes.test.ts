import { afterEach, describe, expect, test } from 'bun:test';
import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { createPrefixListeners } from '../../client/listeners.ts';
import type { Publication } from '../../client/subscriptions.ts';
import { derivedKey, operationKey } from './queries.tsx';
import { changeResult, readAgain, readWithPublications } from './query-changes.ts';

const KEY = operationKey('accounts.invites', {});
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** A screen that shows a result. The server answers its reads when the test says so. */
function screen() {
  const reads: PromiseWithResolvers<readonly string[]>[] = [];
  const queries = new QueryClient({ defaultOptions: { queries: { networkMode: 'always', retry: false } } });
  const queryFn = () => {
    const read = Promise.withResolvers<readonly string[]>();
    reads.push(read);
    return read.promise;
  };
  const observer = new QueryObserver<readonly string[]>(queries, { queryKey: KEY, queryFn });
  cleanups.push(
    observer.subscribe(() => undefined),
    () => queries.clear(),
  );
  return { queries, reads, shown: () => observer.getCurrentResult().data };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

describe('a confirmed change', () => {
  test('is shown at once, and the result is loaded again', async () => {
    const { queries, reads, shown } = screen();
    reads[0]?.resolve(['old']);
    await settled();
    const change = changeResult<readonly string[]>(queries, KEY, (known) => ['new', ...known]);
    await settled();
    expect(shown()).toEqual(['new', 'old']);
    expect(reads).toHaveLength(2);
    reads[1]?.resolve(['new', 'old', 'of another admin']);
    await change;
    expect(shown()).toEqual(['new', 'old', 'of another admin']);
  });

  test('is not undone by a read that began before it', async () => {
    const { queries, reads, shown } = screen();
    reads[0]?.resolve(['old']);
    await settled();
    void queries.invalidateQueries({ queryKey: KEY });
    const change = changeResult<readonly string[]>(queries, KEY, (known) => ['new', ...known]);
    await settled();
    reads[1]?.resolve(['old']);
    await settled();
    expect(shown()).toEqual(['new', 'old']);
    reads[2]?.resolve(['new', 'old']);
    await change;
    expect(shown()).toEqual(['new', 'old']);
  });

  test('during the first read is in what is shown first', async () => {
    const { queries, reads, shown } = screen();
    const change = changeResult<readonly string[]>(queries, KEY, (known) => ['new', ...known]);
    await settled();
    reads[0]?.resolve(['old']);
    await settled();
    expect(shown()).toBeUndefined();
    reads[1]?.resolve(['new', 'old']);
    await change;
    expect(shown()).toEqual(['new', 'old']);
  });
});

test('reading again replaces a first read that is under way', async () => {
  const { queries, reads, shown } = screen();
  const again = readAgain(queries, KEY);
  await settled();
  reads[0]?.resolve(['before the gap']);
  await settled();
  expect(shown()).toBeUndefined();
  reads[1]?.resolve(['after the gap']);
  await again;
  expect(shown()).toEqual(['after the gap']);
});

describe('a read with publications', () => {
  const channel = 'room:a';
  const start = () => {
    const listeners = createPrefixListeners<Publication<string>>();
    const answer = Promise.withResolvers<readonly string[]>();
    const result = readWithPublications<readonly string[], string>(
      (listener) => listeners.add(channel, listener),
      () => answer.promise,
      (value, { data }) => (value.includes(data) ? value : [...value, data]),
    );
    return { answer, result, publish: (data: string) => listeners.emit({ channel, data }) };
  };

  test('includes those that arrive before the answer, each once', async () => {
    const { answer, result, publish } = start();
    publish('in the answer');
    publish('later');
    answer.resolve(['in the answer']);
    expect(await result).toEqual(['in the answer', 'later']);
  });

  test('includes those that arrive in the turn of the answer', async () => {
    const { answer, result, publish } = start();
    answer.resolve([]);
    // `centrifuge` 5 hands on the replies of one frame one after the other by promises (`_dispatchSynchronized`).
    for (let turn = 0; turn < 10; turn += 1) await undefined;
    publish('same frame');
    expect(await result).toEqual(['same frame']);
  });

  test('stops listening when it fails', async () => {
    const added: string[] = [];
    const read = readWithPublications<readonly string[], string>(
      () => {
        added.push('listener');
        return () => void added.pop();
      },
      () => Promise.reject(new Error('no connection')),
      (value) => value,
    );
    await expect(read).rejects.toThrow('no connection');
    expect(added).toEqual([]);
  });
});

test('a value made of results has another key than a result, and both begin with the operation', () => {
  const plain = operationKey('accounts.findPeople', { text: 'ann' });
  const pages = derivedKey('accounts.findPeople', 'pages', { text: 'ann' });
  expect(new Set([plain, pages].map((key) => JSON.stringify(key))).size).toBe(2);
  const queries = new QueryClient();
  for (const key of [plain, pages]) queries.setQueryData(key, 'anything');
  expect(queries.getQueriesData({ queryKey: ['accounts.findPeople'] })).toHaveLength(2);
});
