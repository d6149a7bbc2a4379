import { expect, test } from 'bun:test';
import { fineTime } from './fine-clock.ts';

test('the fine clock increases, near the wall clock', () => {
  let last = 0;
  for (let left = 10_000; left > 0; left -= 1) {
    const before = Date.now();
    const [seconds, nanos] = fineTime();
    const after = Date.now();
    expect(nanos).toBeGreaterThanOrEqual(0);
    expect(nanos).toBeLessThan(1_000_000_000);
    const ms = seconds * 1_000 + nanos / 1_000_000;
    expect(ms).toBeGreaterThanOrEqual(before - 3);
    expect(ms).toBeLessThanOrEqual(after + 3);
    expect(ms).toBeGreaterThanOrEqual(last - 3);
    last = ms;
  }
});
