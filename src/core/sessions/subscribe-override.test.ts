import { expect, test } from 'bun:test';
import { subscribeOverrideOf, subscribeOverrideSchema } from './subscribe-override.ts';

// `SubscribeOptionOverride` and `BoolValue` in internal/apiproto/api.proto of Centrifugo: false differs from absent.
test.each([
  [{}, {}],
  [{ presence: { value: false } }, { presence: false }],
  [{ presence: {}, join_leave: null }, { presence: false }],
  [
    {
      ...{ presence: { value: true }, join_leave: { value: false }, force_recovery: { value: true } },
      ...{ force_positioning: { value: false }, force_push_join_leave: { value: true } },
    },
    {
      ...{ presence: true, joinLeave: false, forceRecovery: true },
      ...{ forcePositioning: false, forcePushJoinLeave: true },
    },
  ],
])('BA8 the override %j changes %j', (written, override) => {
  expect(subscribeOverrideOf(subscribeOverrideSchema.parse(written))).toEqual(override);
});
