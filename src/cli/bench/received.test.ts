import { describe, expect, test } from 'bun:test';
import { Received } from './received.ts';

const NONE: ReadonlySet<number> = new Set();
const heard = (sequence: number, offset = 0, publisher = 0) => ({ offset, data: { publisher, sequence, due: 0 } });
const inOrder = { offset: 0, keepsOrder: true };

describe("by the publisher's numbers", () => {
  test('a complete sequence in order passes', () => {
    const received = new Received(inOrder);
    for (let sequence = 0; sequence < 10; sequence += 1) received.take(heard(sequence));
    expect(received).toMatchObject({ count: 10, duplicates: 0, outOfOrder: 0 });
    expect(received.missing(0, { count: 10, unacked: NONE })).toBe(0);
  });

  test('detects missing publications: in the middle, at the end, all; except those the server did not accept', () => {
    const received = new Received(inOrder);
    for (const sequence of [0, 1, 4, 5]) received.take(heard(sequence));
    expect(received.missing(0, { count: 8, unacked: NONE })).toBe(4);
    expect(received.missing(0, { count: 8, unacked: new Set([2, 7]) })).toBe(2);
    expect(received.missing(1, { count: 3, unacked: NONE })).toBe(3);
  });

  test('detects repeats and wrong order', () => {
    const received = new Received(inOrder);
    for (const sequence of [0, 2, 1, 2, 0, 3]) received.take(heard(sequence));
    expect(received).toMatchObject({ count: 4, duplicates: 2, outOfOrder: 1 });
  });

  test('ignores the order if publications are separate requests', () => {
    const received = new Received({ offset: 0, keepsOrder: false });
    for (const sequence of [1, 0]) received.take(heard(sequence));
    expect(received).toMatchObject({ count: 2, outOfOrder: 0 });
  });
});

describe("by the channel's offsets", () => {
  test('other publications count for the order only', () => {
    const received = new Received({ offset: 7, keepsOrder: false });
    expect(received.take(heard(1, 8))).toBe(true);
    expect(received.take({ offset: 9, data: undefined })).toBe(false);
    expect(received.take(heard(0, 10, 1))).toBe(true);
    expect(received).toMatchObject({ count: 2, outOfOrder: 0 });
  });

  test('gaps and decreasing offsets are detected', () => {
    const received = new Received({ offset: 0, keepsOrder: false });
    for (const [sequence, offset] of [
      [0, 1],
      [1, 3],
      [2, 2],
    ] as const)
      received.take(heard(sequence, offset));
    expect(received.outOfOrder).toBe(2);
  });
});
