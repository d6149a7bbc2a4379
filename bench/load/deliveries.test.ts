import { expect, test } from 'bun:test';
import { Deliveries } from './deliveries.ts';
import { stampedPayload } from './message.ts';

const payload = stampedPayload(40);
const push = (offset: number) => `{"push":{"channel":"demo:x","pub":{"data":${payload},"offset":${offset}}}}`;

test('every publication counts, alone in a frame or with others, at any position in the buffer', () => {
  const deliveries = new Deliveries(40);
  const frames = [push(1), [push(2), push(3), push(100_000)].join('\n'), payload, payload + payload];
  for (const frame of frames) {
    const buffer = Buffer.from(`${payload}noise${frame}noise${payload}`);
    const start = payload.length + 5;
    expect(deliveries.take(buffer, start, start + frame.length)).toBe(true);
  }
  expect(deliveries.count).toBe(1 + 3 + 1 + 2);
});

test('a frame without a publication is passed on', () => {
  const deliveries = new Deliveries(40);
  const buffer = Buffer.from(`{}${payload}`);
  expect(deliveries.take(buffer, 0, 2)).toBe(false);
  expect(deliveries.count).toBe(0);
});
