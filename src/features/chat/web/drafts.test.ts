import { describe, expect, test } from 'bun:test';
import { createDrafts } from './drafts.ts';

/** Like localStorage; `full` makes it refuse writes. */
function storageOf(stored: Record<string, string> = {}) {
  const items = new Map(Object.entries(stored));
  const storage = {
    items,
    full: false,
    getItem: (name: string) => items.get(name) ?? null,
    setItem: (name: string, value: string) => {
      if (storage.full) throw new DOMException('full', 'QuotaExceededError');
      items.set(name, value);
    },
    removeItem: (name: string) => void items.delete(name),
  };
  return storage;
}

const EMPTY = { text: '', replyTo: null };
const draft = { text: 'half a sen', replyTo: 7 };

describe('a draft', () => {
  test('is kept per room and person, over a reload', () => {
    const storage = storageOf();
    createDrafts('ann', storage).set('tea', draft);
    expect(createDrafts('ann', storage).get('tea')).toEqual(draft);
    expect(createDrafts('ann', storage).get('work')).toEqual(EMPTY);
    expect(createDrafts('ben', storage).get('tea')).toEqual(EMPTY);
  });

  test('is removed once it is empty', () => {
    const storage = storageOf();
    const drafts = createDrafts('ann', storage);
    drafts.set('tea', draft);
    drafts.set('tea', EMPTY);
    expect(drafts.get('tea')).toEqual(EMPTY);
    expect(storage.items.size).toBe(0);
  });

  test('lives as long as the page if storage is full or forbidden', () => {
    const storage = storageOf();
    storage.full = true;
    const drafts = createDrafts('ann', storage);
    drafts.set('tea', draft);
    expect(drafts.get('tea')).toEqual(draft);
    const forbidden = {
      ...storage,
      getItem: () => {
        throw new DOMException('no', 'SecurityError');
      },
    };
    expect(createDrafts('ann', forbidden).get('tea')).toEqual(EMPTY);
  });

  test.each(['', '{', 'null', '7', '[]', '{"text":7}'])('that cannot be parsed (%j) is empty', (stored) => {
    expect(createDrafts('ann', storageOf({ 'banyan-draft-ann-tea': stored })).get('tea')).toEqual(EMPTY);
  });

  test('without the message it replies to is kept', () => {
    const storage = storageOf({ 'banyan-draft-ann-tea': '{"text":"a","replyTo":"x"}' });
    expect(createDrafts('ann', storage).get('tea')).toEqual({ text: 'a', replyTo: null });
  });
});
