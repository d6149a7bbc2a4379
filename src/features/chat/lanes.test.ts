import { expect, test } from 'bun:test';
import { Lanes } from './lanes.ts';

test('tasks of one name run one after another, also after a failure; others do not wait', async () => {
  const lanes = new Lanes();
  const log: string[] = [];
  const first = Promise.withResolvers<void>();
  const running = [
    lanes.run('a', async () => {
      log.push('a1 begins');
      await first.promise;
      throw new Error('a1 failed');
    }),
    lanes.run('a', async () => {
      log.push('a2');
      return 2;
    }),
    lanes.run('b', async () => log.push('b1')),
  ] as const;
  await running[2];
  expect(log).toEqual(['a1 begins', 'b1']);
  first.resolve();
  await expect(running[0]).rejects.toThrow('a1 failed');
  expect(await running[1]).toBe(2);
});
