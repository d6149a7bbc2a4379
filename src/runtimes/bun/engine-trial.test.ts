import { expect, test } from 'bun:test';
import { Trial } from './engine-trial.ts';
import type { Socket } from './websocket.ts';

const SOCKET = {} as Socket;

test('SI13 an unused probing socket is closed on a timeout, an upgraded one is not', async () => {
  const late: string[] = [];
  const [given, ended] = ['given', 'ended'].map(
    (name) => new Trial(SOCKET, { letGo: () => undefined, late: () => late.push(name) }, 1),
  );
  given?.probed();
  ended?.end();
  while (late.length === 0) await Bun.sleep(1);
  given?.end();
  expect(late).toEqual(['given']);
});

test('SI13 polls are released from the first probe to the end of the trial, however often the client probes', async () => {
  let times = 0;
  const trial = new Trial(SOCKET, {
    letGo: () => {
      times += 1;
    },
    late: () => undefined,
  });
  expect(times).toBe(0);
  for (const _ of [1, 2]) trial.probed();
  expect(times).toBe(2);
  while (times < 4) await Bun.sleep(10);
  trial.end();
  const before = times;
  await Bun.sleep(250);
  expect(times).toBe(before);
});
