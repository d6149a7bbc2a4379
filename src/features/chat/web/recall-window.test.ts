import { expect, test } from 'bun:test';
import { isRecallOpen } from './recall-window.ts';

test('the recall of an own message is offered for as long as the server allows it, by the server’s clock', () => {
  const receivedAt = Date.now();
  const now = receivedAt + 3_600_000;
  const settings = { recallSeconds: 120, now };
  const isOpen = [now, now - 119_000, now - 121_000].map((sentAt) => isRecallOpen(settings, receivedAt, sentAt));
  expect(isOpen).toEqual([true, true, false]);
});

test('the recall is offered while the settings are not known', () => {
  expect(isRecallOpen(undefined, 0, 0)).toBe(true);
});
