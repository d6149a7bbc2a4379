import { expect, test } from 'bun:test';
import { ID, MARK, MessageTemplate, readStamp, stampedPayload } from './message.ts';

test('a payload is JSON of the requested length', () => {
  for (const bytes of [18, 64, 128]) {
    expect(stampedPayload(bytes).length).toBe(bytes);
    expect(JSON.parse(stampedPayload(bytes))).toStartWith('TS=');
    expect(JSON.parse(stampedPayload(bytes, 'some words. ')).length).toBe(bytes - 2);
  }
});

test('a template writes ids and stamp in place', () => {
  const template = new MessageTemplate(`{"id":${ID},"data":${stampedPayload(40)},"key":"k-${ID}"}`);
  const frame = Buffer.from(template.stamped(1_234_567_890, 987_654_321));
  const text = frame.subarray(frame.indexOf('{')).toString();
  expect(JSON.parse(text)).toEqual({ id: 1_234_567_890, data: expect.any(String), key: 'k-1234567890' });
  expect(readStamp(frame, frame.indexOf(MARK))).toBe(987_654_321);
});
