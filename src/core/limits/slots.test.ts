import { expect, test } from 'bun:test';
import { Slots } from './slots.ts';

test('limits concurrency, and runs everything in order', async () => {
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

test("above the queue's limit the caller is told to retry, and a failure frees its slot", async () => {
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

test('AU10 preferred work has a reserved slot, goes first, and has its own queue', async () => {
  const slots = new Slots(2, 2, 1);
  const order: string[] = [];
  const doors: (() => void)[] = [];
  const hold = (name: string) => () =>
    new Promise<void>((resolve) => {
      order.push(name);
      doors.push(resolve);
    });
  const others = ['a', 'b', 'c'].map((name) => slots.run(hold(name)));
  await expect(slots.run(hold('d'))).rejects.toMatchObject({ kind: 'tooManyRequests' });
  const preferred = ['K', 'L', 'M'].map((name) => slots.run(hold(name), true));
  while (doors.length < 6) {
    await Bun.sleep(1);
    doors[order.length - 1]?.();
    for (const open of doors) open();
  }
  for (const open of doors) open();
  await Promise.all([...others, ...preferred]);
  expect(order).toEqual(['a', 'K', 'L', 'M', 'b', 'c']);
});
