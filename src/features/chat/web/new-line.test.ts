import { describe, expect, test } from 'bun:test';
import { comeUpTo, isSeen, type NewLine, seeUpTo, startLine, withoutLine } from './new-line.ts';

/** Events of a divider from when the room, read up to 10, is opened. */
function lineAfter(newest: number, ...steps: readonly (readonly ['see' | 'come', number] | 'remove')[]): NewLine {
  return steps.reduce(
    (line, step) => {
      if (step === 'remove') return withoutLine(line);
      return step[0] === 'see' ? seeUpTo(line, step[1]) : comeUpTo(line, step[1]);
    },
    startLine(10, newest),
  );
}

describe('the new-message divider', () => {
  test('is where reading stopped when the room is opened, and absent if everything is read', () => {
    expect(lineAfter(14).after).toBe(10);
    expect(lineAfter(10).after).toBeNull();
    expect(isSeen(lineAfter(14))).toBe(false);
  });

  test('stays there while the person reads', () => {
    const line = lineAfter(14, ['see', 14], ['see', 15], ['see', 16]);
    expect(line.after).toBe(10);
    expect(isSeen(line)).toBe(true);
  });

  test('does not appear while the person looks', () => {
    expect(lineAfter(10, ['see', 11], ['see', 12]).after).toBeNull();
  });

  test('appears above the first message received while away, and stays for later ones', () => {
    const line = lineAfter(10, ['see', 12], ['come', 13], ['come', 14]);
    expect(line.after).toBe(12);
    expect(isSeen(line)).toBe(false);
    expect(lineAfter(10, ['come', 10]).after).toBeNull();
  });

  test('stays above the first unread message, whatever earlier messages are read', () => {
    expect(lineAfter(14, ['come', 15]).after).toBe(10);
  });

  test('moves if the messages below it have been seen before', () => {
    expect(lineAfter(14, ['see', 14], ['come', 15]).after).toBe(14);
    expect(lineAfter(10, ['come', 12], ['see', 12], 'remove', ['see', 13], ['come', 14]).after).toBe(13);
  });

  test('once gone stays away until a message arrives', () => {
    const line = lineAfter(14, ['see', 14], 'remove', ['see', 14], ['come', 14]);
    expect(line.after).toBeNull();
    expect(isSeen(line)).toBe(false);
  });

  test('is the same object as long as nothing changes', () => {
    const line = lineAfter(14, ['see', 14]);
    expect(seeUpTo(line, 14)).toBe(line);
    expect(comeUpTo(line, 14)).toBe(line);
  });
});
