import { expect, test } from 'bun:test';
import { answeringStart } from './start-thread.ts';

test('FA11 a thread confirms its start once its first order was handled or has failed, and not before', () => {
  const taken: string[] = [];
  const started = new Int32Array(new SharedArrayBuffer(4));
  const receive = answeringStart((order: string) => {
    taken.push(`${order} ${started[0]}`);
    if (order === 'bad') throw new Error('the file cannot be opened');
  });
  receive({ data: started });
  expect(() => receive({ data: 'bad' })).toThrow('the file cannot be opened');
  expect(started[0]).toBe(1);
  receive({ data: 'good' });
  expect(taken).toEqual(['bad 0', 'good 1']);
});
