import { describe, expect, test } from 'bun:test';
import { mannerOf, serverMannerOf, shownOf } from './manner.ts';
import { CLOSED_NAMESPACE } from './namespace.ts';

const PLAIN = { ...CLOSED_NAMESPACE, forceRecovery: false, forcePositioning: false };
const unasked = { recoverable: false, positioned: false };

// `OnSubscribe` in internal/client/handler.go of Centrifugo, and the overrides of internal/jwtverify.
describe('SO1 joins and leaves', () => {
  test.each([
    ['asked for where the namespace tells them', { joinLeave: true }, { joinLeave: true }, {}, true],
    ['asked for where it does not', {}, { joinLeave: true }, {}, false],
    ['not asked for', { joinLeave: true }, {}, {}, false],
    ['forced by the namespace', { forceJoinLeave: true }, {}, {}, true],
    ['forced by the subscription', {}, {}, { forcePushJoinLeave: true }, true],
    ['forced, but not here', { forceJoinLeave: true }, {}, { forcePushJoinLeave: false }, false],
    [
      'asked for, though not forced here',
      { joinLeave: true },
      { joinLeave: true },
      { forcePushJoinLeave: false },
      true,
    ],
  ])('SO1 %s', (_what, namespace, wishes, override, told) => {
    expect(mannerOf({ ...PLAIN, ...namespace }, wishes, override).hearsJoinLeave).toBe(told);
  });

  test('SO1 server-side subscriptions hear of them where there are any, and not where the grant says so', () => {
    expect(serverMannerOf({ ...PLAIN, joinLeave: true }).hearsJoinLeave).toBe(true);
    expect(serverMannerOf({ ...PLAIN, joinLeave: true }, { forcePushJoinLeave: false }).hearsJoinLeave).toBe(false);
  });
});

describe('SO2 recovery and position', () => {
  test.each([
    ['not asked for', {}, unasked, {}, [false, false]],
    ['asked for', {}, { recoverable: true }, {}, [true, true]],
    ['a position asked for', {}, { recoverable: false, positioned: true }, {}, [false, true]],
    ['of a protocol that always recovers', {}, {}, {}, [true, true]],
    ['forced by the namespace', { forceRecovery: true }, unasked, {}, [true, true]],
    ['a position forced by the namespace', { forcePositioning: true }, unasked, {}, [false, true]],
    ['forced by the subscription', {}, unasked, { forceRecovery: true }, [true, true]],
    ['a position forced by the subscription', {}, unasked, { forcePositioning: true }, [false, true]],
    ['forced, but not here', { forceRecovery: true }, unasked, { forceRecovery: false }, [false, false]],
    ['asked for, though not forced here', {}, { recoverable: true }, { forceRecovery: false }, [true, true]],
  ])('SO2 %s', (_what, namespace, wishes, override, expected) => {
    const { recovers, isPositioned } = mannerOf({ ...PLAIN, ...namespace }, wishes, override);
    expect([recovers, isPositioned]).toEqual(expected);
  });
});

test('SO3 what others see of a subscription is as its grant says, else as the namespace does', () => {
  const namespace = { ...PLAIN, presence: true };
  expect(shownOf(namespace)).toEqual({ presence: true, joinLeave: false });
  expect(shownOf(namespace, { presence: false, joinLeave: true })).toEqual({ presence: false, joinLeave: true });
});
