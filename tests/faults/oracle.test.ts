import { describe, expect, test } from 'bun:test';
import { type Attempt, type Evidence, findViolations } from './oracle.ts';

const attempt = (id: string, outcome: Attempt['outcome'] = 'acked', sender = 's'): Attempt => ({
  id,
  channel: 'c',
  sender,
  outcome,
});
const entries = (...ids: string[]) => ids.map((id, index) => ({ offset: index + 1, id }));
const history = (...ids: string[]) => ({ channel: 'c', epoch: 'e', entries: entries(...ids) });
const reader = (...ids: string[]) => ({
  name: 'r',
  channel: 'c',
  after: 0,
  seen: entries(...ids),
  epochs: new Set(['e']),
  unrecovered: 0,
});

/** Sound evidence: one reply was lost before the message was written, and one after. */
const SOUND: Evidence = {
  attempts: [attempt('1'), attempt('2', 'unknown'), attempt('3', 'unknown'), attempt('4', 'refused'), attempt('5')],
  histories: [history('1', '3', '5')],
  readers: [reader('1', '3', '5')],
};

/** Sound evidence except for the given part. */
const doctored = (change: Partial<Evidence>) => findViolations({ ...SOUND, ...change });
const withReader = (change: Partial<Evidence['readers'][number]>) =>
  doctored({ readers: [{ ...reader('1', '3', '5'), ...change }] });

describe('the oracle', () => {
  test('finds nothing in sound evidence', () => expect(findViolations(SOUND)).toEqual([]));

  const HISTORIES: readonly [string, Partial<Evidence>, string[]][] = [
    [
      'an acked message that is lost',
      { histories: [history('1', '3')], readers: [reader('1', '3')] },
      ['AC1: 5 was acked and is not in c'],
    ],
    [
      'one that is there twice',
      { histories: [history('1', '3', '3', '5')], readers: [reader('1', '3', '3', '5')] },
      ['AC1: 3 is 2 times in c'],
    ],
    [
      'a refused one that is there',
      { histories: [history('1', '3', '4', '5')], readers: [reader('1', '3', '4', '5')] },
      ['AC4: 4 was refused and is in c'],
    ],
    [
      'one that nobody sent',
      { histories: [history('1', '3', '5', '6')], readers: [reader('1', '3', '5', '6')] },
      ['AC1: c 6 was never sent'],
    ],
    [
      'one in another channel',
      { histories: [history('1', '3', '5'), { ...history('1'), channel: 'd' }] },
      ['AC1: d 1 was never sent'],
    ],
    [
      'a hole',
      { histories: [{ ...history(), entries: [...entries('1', '3'), { offset: 4, id: '5' }] }], readers: [] },
      ['OR1: history of c has offset 4 where 3 should be'],
    ],
    [
      'a sender’s messages in another order',
      { histories: [history('1', '5', '3')], readers: [reader('1', '5', '3')] },
      ['OR3: 5 was sent later than what stands behind it in c'],
    ],
    ['a history that is missing', { attempts: [], histories: [] }, ['OR2: r read c, whose history is missing']],
  ];
  for (const [what, change, violations] of HISTORIES) {
    test(`finds ${what}`, () => expect(doctored(change)).toEqual(violations));
  }

  test('does not expect an order between two senders', () => {
    const attempts = [attempt('1'), attempt('3', 'acked', 'other'), attempt('5')];
    expect(doctored({ attempts, histories: [history('1', '5', '3')], readers: [] })).toEqual([]);
  });

  const READERS: readonly [string, string[], string][] = [
    ['that misses the last one', ['1', '3'], 'OR2: r saw nothing in c, not 5 at 3'],
    ['that misses one in the middle', ['1', '5'], 'OR2: r saw 5 at 2 in c, not 3 at 2'],
    ['that sees one twice', ['1', '1', '3', '5'], 'OR2: r saw 1 at 2 in c, not 3 at 2'],
    ['that sees another order', ['3', '1', '5'], 'OR2: r saw 3 at 1 in c, not 1 at 1'],
    ['that sees what is not there', ['1', '3', '5', '2'], 'OR2: r saw 2 at 4 in c, not nothing'],
  ];
  for (const [what, seen, violation] of READERS) {
    test(`finds a reader ${what}`, () => expect(withReader({ seen: entries(...seen) })).toEqual([violation]));
  }

  test('finds a reader that could not recover, or was told another epoch', () => {
    expect(withReader({ unrecovered: 2 })).toEqual(['RE1: r could not recover c, 2 times']);
    expect(withReader({ epochs: new Set(['e', 'f']) })).toEqual(['OR5: r was told another epoch in c']);
  });

  test('expects of a late reader only later publications', () => {
    const seen = entries('1', '3', '5').slice(1);
    expect(withReader({ after: 1, seen })).toEqual([]);
    expect(withReader({ after: 0, seen })).toEqual(['OR2: r saw 3 at 2 in c, not 1 at 1']);
  });

  test('finds a reader that got the right message with a wrong offset', () => {
    const seen = [...entries('1', '3'), { offset: 4, id: '5' }];
    expect(withReader({ seen })).toEqual(['OR2: r saw 5 at 4 in c, not 5 at 3']);
  });
});
