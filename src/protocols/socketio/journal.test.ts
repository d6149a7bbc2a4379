import { describe, expect, test } from 'bun:test';
import { Journal } from './journal.ts';

const at = (offset: number, epoch = 'e') => ({ epoch, offset });

describe('the journal', () => {
  test("knows a channel's offset at the time of a publication in another", () => {
    const journal = new Journal();
    const joined = { number: journal.last, offset: 0 };
    const numbers = [
      journal.note('a', at(1)),
      journal.note('b', at(1)),
      journal.note('a', at(2)),
      journal.note('b', at(2)),
    ];
    expect(numbers.map((number) => journal.offsetAt('a', number, joined))).toEqual([1, 1, 2, 2]);
    expect(numbers.map((number) => journal.offsetAt('b', number, joined))).toEqual([0, 1, 1, 2]);
  });

  test("uses the client's join position if nothing was sent since", () => {
    const journal = new Journal();
    journal.note('a', at(1));
    const joined = { number: journal.last, offset: 5 };
    expect(journal.offsetAt('a', journal.last, joined)).toBe(5);
    expect(journal.offsetAt('new', journal.last, joined)).toBe(5);
  });

  test('counts the same publication in several namespaces once, and a new epoch as another channel', () => {
    const journal = new Journal();
    const joined = { number: journal.last, offset: 0 };
    for (const offset of [1, 2, 1, 2]) journal.note('a', at(offset));
    expect(journal.offsetAt('a', 3, joined)).toBe(2);
    journal.note('a', at(1, 'f'));
    expect(journal.offsetAt('a', 4, joined)).toBeUndefined();
    expect(journal.offsetAt('a', journal.last, joined)).toBe(1);
  });

  test('knows the position of a client that joined long ago', () => {
    const journal = new Journal();
    const joined = { number: journal.last, offset: 0 };
    journal.note('quiet', at(1));
    for (let offset = 1; offset <= 500_000; offset += 1) journal.note('busy', at(offset));
    journal.note('quiet', at(2));
    expect(journal.offsetAt('busy', journal.last, joined)).toBe(500_000);
    expect(journal.offsetAt('busy', journal.last - 1_001, joined)).toBe(499_000);
    expect([
      journal.offsetAt('quiet', journal.last - 1, joined),
      journal.offsetAt('quiet', journal.last, joined),
    ]).toEqual([1, 2]);
    expect(journal.offsetAt('unheard of', journal.last, joined)).toBe(0);
  });

  test('reports forgotten positions', () => {
    const journal = new Journal();
    const joined = { number: journal.last, offset: 0 };
    for (let offset = 1; offset <= 500_000; offset += 1) journal.note('busy', at(offset));
    expect(journal.offsetAt('busy', 1_000, joined)).toBeUndefined();
    const early = { number: journal.last, offset: 1 };
    for (let channel = 0; channel < 60_000; channel += 1) journal.note(`c${channel}`, at(1));
    expect(journal.offsetAt('busy', journal.last, early)).toBeUndefined();
    expect(journal.offsetAt('c1', journal.last, early)).toBeUndefined();
    expect(journal.offsetAt('c59999', journal.last, early)).toBe(1);
  });
});
