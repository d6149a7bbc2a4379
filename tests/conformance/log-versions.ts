import { expect, test } from 'bun:test';
import type { Log } from '../../src/ports/log.ts';
import { accepted, append, texts } from './appends.ts';

/**
 * Expected values: `historyHub.add` in broker_memory.go of centrifuge v0.38.1-0.20260711, which Centrifugo 6.9.1 uses,
 * except that a publication without a version does not clear the last version; the map broker (`mapHub.add`) behaves
 * that way too.
 */
export function logVersionsContract(current: () => Log): void {
  const publish = async (text: string, version?: number, epoch = '', channel = 'v') => {
    const more = version === undefined ? {} : { version: { number: version, epoch } };
    const [outcome] = await current().append([append(channel, text, more)]);
    const { position, repeated } = accepted(outcome);
    return [position.offset, repeated] as const;
  };
  const kept = async () => texts((await current().read('v', { limit: 100 })).publications);

  test('VE1: a version that is not newer is skipped and answered with the top', async () => {
    expect(await publish('3', 3)).toEqual([1, false]);
    expect(await publish('2', 2)).toEqual([1, true]);
    expect(await publish('3 again', 3)).toEqual([1, true]);
    expect(await publish('4', 4)).toEqual([2, false]);
    expect(await kept()).toEqual(['3', '4']);
  });

  test('VE2: a skipped publication is answered with position and time only, like an accepted one', async () => {
    const at = (number: number, time: number) => append('v', 'x', { version: { number, epoch: '' }, time });
    const [first] = await current().append([at(2, 10)]);
    const { epoch } = await current().position('v');
    expect(first).toEqual({ position: { epoch, offset: 1 }, time: 10, repeated: false });
    const [skipped] = await current().append([at(1, 20)]);
    expect(skipped).toEqual({ position: { epoch, offset: 1 }, time: 20, repeated: true });
  });

  test('VE1: another version epoch starts its own count', async () => {
    await publish('9', 9, 'first');
    expect(await publish('1', 1, 'second')).toEqual([2, false]);
    expect(await publish('old count', 2, 'second')).toEqual([3, false]);
    // Without an epoch it is compared with the last version of any epoch.
    expect(await publish('none', 2)).toEqual([3, true]);
    expect(await publish('none', 3)).toEqual([4, false]);
    expect(await publish('third', 1, 'second')).toEqual([5, false]);
  });

  test('VE1: publications without a version are accepted and keep the last version', async () => {
    await publish('5', 5);
    expect(await publish('plain')).toEqual([2, false]);
    expect(await publish('5 again', 5)).toEqual([2, true]);
  });

  test('VE1: holds within a batch, per channel, and after the history was removed', async () => {
    const versions = [2, 1, 3, 3].map((number) => append('v', String(number), { version: { number, epoch: '' } }));
    const outcomes = await current().append(versions);
    expect(outcomes.map((each) => accepted(each).repeated)).toEqual([false, true, false, true]);
    expect(await publish('1', 1, '', 'other')).toEqual([1, false]);
    await current().trim('v');
    expect(await publish('3', 3)).toEqual([2, true]);
    expect(await publish('4', 4)).toEqual([3, false]);
  });

  test('VE1: a repeated key returns its first answer, whatever its version', async () => {
    const once = (number: number) => append('v', String(number), { key: 'k', version: { number, epoch: '' } });
    const [first, second] = [await current().append([once(1)]), await current().append([once(2)])];
    expect(accepted(second[0]).position).toEqual(accepted(first[0]).position);
    // It also does not count as an accepted version.
    expect(await publish('2', 2)).toEqual([2, false]);
  });
}
