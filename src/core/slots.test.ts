import { expect, test } from 'bun:test';
import { Slots } from './slots.ts';

test('only so much runs at once, all of it runs, in order', async () => {
  const slots = new Slots(2, 100);
  let running = 0;
  let most = 0;
  const order: number[] = [];
  const work = async (index: number) => {
    running += 1;
    most = Math.max(most, running);
    order.push(index);
    await Bun.sleep(1);
    running -= 1;
  };
  await Promise.all(Array.from({ length: 20 }, (_, index) => slots.run(() => work(index))));
  expect(most).toBe(2);
  expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index));
});

test('past the queue the caller is told to come back, and a slot is free again after a failure', async () => {
  const slots = new Slots(1, 1);
  const failing = slots.run(async () => {
    await Bun.sleep(5);
    throw new Error('broken');
  });
  const waiting = slots.run(async () => 'done');
  await expect(slots.run(async () => 'never')).rejects.toMatchObject({ kind: 'tooManyRequests', retryAfter: 2 });
  await expect(failing).rejects.toThrow('broken');
  expect(await waiting).toBe('done');
  expect(await slots.run(async () => 'again')).toBe('again');
});
