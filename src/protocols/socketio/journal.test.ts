import { describe, expect, test } from 'bun:test';
import { Journal } from './journal.ts';

describe('the journal', () => {
  test('knows where a channel was when something was told in another', () => {
    const journal = new Journal();
    const joined = { number: journal.last, offset: 0 };
    const numbers = [journal.note('a', 1), journal.note('b', 1), journal.note('a', 2), journal.note('b', 2)];
    expect(numbers.map((number) => journal.offsetAt('a', number, joined))).toEqual([1, 1, 2, 2]);
    expect(numbers.map((number) => journal.offsetAt('b', number, joined))).toEqual([0, 1, 1, 2]);
  });

  test('goes by where the client came in, when nothing was told since', () => {
    const journal = new Journal();
    journal.note('a', 1);
    const joined = { number: journal.last, offset: 5 };
    expect(journal.offsetAt('a', journal.last, joined)).toBe(5);
    expect(journal.offsetAt('new', journal.last, joined)).toBe(5);
  });

  test('says so when it has forgotten', () => {
    const journal = new Journal();
    const joined = { number: journal.last, offset: 0 };
    for (let offset = 1; offset <= 5_000; offset += 1) journal.note('busy', offset);
    expect(journal.offsetAt('busy', journal.last, joined)).toBeUndefined();
    const late = { number: journal.last - 10, offset: 4_990 };
    expect(journal.offsetAt('busy', journal.last, late)).toBe(5_000);
    const early = { number: journal.last, offset: 1 };
    for (let channel = 0; channel < 25_000; channel += 1) journal.note(`c${channel}`, 1);
    expect(journal.offsetAt('busy', journal.last, early)).toBeUndefined();
    expect(journal.offsetAt('c1', journal.last, early)).toBeUndefined();
    expect(journal.offsetAt('c24999', journal.last, { number: journal.last - 1, offset: 0 })).toBe(1);
  });
});
