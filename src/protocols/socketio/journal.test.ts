import { describe, expect, test } from 'bun:test';
import { Journal } from './journal.ts';

const at = (offset: number, epoch = 'e') => ({ epoch, offset });

describe('the journal', () => {
  test('knows where a channel was when something was told in another', () => {
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

  test('goes by where the client came in, when nothing was told since', () => {
    const journal = new Journal();
    journal.note('a', at(1));
    const joined = { number: journal.last, offset: 5 };
    expect(journal.offsetAt('a', journal.last, joined)).toBe(5);
    expect(journal.offsetAt('new', journal.last, joined)).toBe(5);
  });

  test('takes what several namespaces are told of a channel for once, and a new epoch for another channel', () => {
    const journal = new Journal();
    const joined = { number: journal.last, offset: 0 };
    for (const offset of [1, 2, 1, 2]) journal.note('a', at(offset));
    expect(journal.offsetAt('a', 3, joined)).toBe(2);
    journal.note('a', at(1, 'f'));
    expect(journal.offsetAt('a', journal.last, joined)).toBeUndefined();
    expect(journal.offsetAt('a', journal.last, { number: journal.last, offset: 0 })).toBe(1);
  });

  test('says so when it has forgotten', () => {
    const journal = new Journal();
    const joined = { number: journal.last, offset: 0 };
    for (let offset = 1; offset <= 5_000; offset += 1) journal.note('busy', at(offset));
    expect(journal.offsetAt('busy', journal.last, joined)).toBeUndefined();
    const late = { number: journal.last - 10, offset: 4_990 };
    expect(journal.offsetAt('busy', journal.last, late)).toBe(5_000);
    const early = { number: journal.last, offset: 1 };
    for (let channel = 0; channel < 25_000; channel += 1) journal.note(`c${channel}`, at(1));
    expect(journal.offsetAt('busy', journal.last, early)).toBeUndefined();
    expect(journal.offsetAt('c1', journal.last, early)).toBeUndefined();
    expect(journal.offsetAt('c24999', journal.last, { number: journal.last - 1, offset: 0 })).toBe(1);
  });
});
