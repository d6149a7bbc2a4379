import { expect, test } from 'bun:test';
import { HandClock } from '../../../tests/core/hand-clock.ts';
import { createImages } from '../../adapters/bun/images.ts';
import { MemoryBlobs } from '../../adapters/memory/blobs.ts';
import { Avatars } from './avatars.ts';

/** Longer than the timeout of an upload. */
const LATER_MS = 200_000;

test('an upload whose body breaks off is not cancelled again at its timeout', async () => {
  const clock = new HandClock();
  const avatars = new Avatars({ blobs: new MemoryBlobs(), images: createImages(), clock });
  let cancelled = 0;
  const reader = {
    read: () => Promise.reject(new Error('the client has gone')),
    cancel: async () => {
      cancelled += 1;
    },
  };
  const body = { getReader: () => reader } as unknown as ReadableStream<Uint8Array>;
  const use = () => Promise.reject(new Error('it must not come to this'));
  await expect(avatars.receive({ headers: new Headers(), body }, 'ann', use)).rejects.toMatchObject({
    kind: 'badRequest',
  });
  await clock.pass(LATER_MS);
  expect(cancelled).toBe(0);
});
