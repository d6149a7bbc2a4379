import { describe, expect, test } from 'bun:test';
import { WorkDebts } from './work-debts.ts';

describe("FS3 a user's reads", () => {
  test('FS3 are free up to two seconds of the rate, then wait until the debt is paid', () => {
    const debts = new WorkDebts(1_000);
    debts.charge('ann', 2_000, 0);
    expect(debts.waitMs('ann', 0)).toBe(0);
    debts.charge('ann', 500, 0);
    expect([debts.waitMs('ann', 0), debts.waitMs('ann', 400), debts.waitMs('ann', 500)]).toEqual([500, 100, 0]);
    expect(debts.waitMs('ben', 0)).toBe(0);
  });

  test('FS3 wait a few seconds at most, however large they were', () => {
    const debts = new WorkDebts(1);
    debts.charge('ann', 1_000_000_000, 0);
    expect(debts.waitMs('ann', 0)).toBe(8_000);
  });

  test('are unlimited at a rate of 0, and forgotten when the clock steps back', () => {
    const unbounded = new WorkDebts(0);
    unbounded.charge('ann', 1e12, 0);
    expect(unbounded.waitMs('ann', 0)).toBe(0);
    const debts = new WorkDebts(1_000);
    debts.charge('ann', 5_000, 1_000_000);
    expect(debts.waitMs('ann', 0)).toBe(0);
  });
});
