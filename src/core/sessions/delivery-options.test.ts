import { describe, expect, test } from 'bun:test';
import type { Client } from '../../../tests/core/client.ts';
import { TestNode } from '../../../tests/core/node.ts';
import { centrifugeJson, centrifugeProtobuf } from '../../protocols/centrifuge/protocol.ts';
import type { Principal } from '../access/principal.ts';
import { CLOSED_NAMESPACE } from '../channels/namespace.ts';
import { deliveryOptionsOf, serverDeliveryOptionsOf, visibilityOf } from './delivery-options.ts';

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
  ])('SO1 %s', (_what, namespace, feedOptions, override, told) => {
    expect(deliveryOptionsOf({ ...PLAIN, ...namespace }, feedOptions, override).receivesJoinLeave).toBe(told);
  });

  // `PushJoinLeave` of server-side subscriptions is `ForcePushJoinLeave` there; others have no such option.
  test('SO14 a server-side subscription gets joins unrequested only if its protocol cannot request them', () => {
    const told = { ...PLAIN, joinLeave: true };
    expect(serverDeliveryOptionsOf(told, {}).receivesJoinLeave).toBe(true);
    expect(serverDeliveryOptionsOf(told, {}, { forcePushJoinLeave: false }).receivesJoinLeave).toBe(false);
    expect(serverDeliveryOptionsOf(told, centrifugeJson).receivesJoinLeave).toBe(false);
    expect(serverDeliveryOptionsOf(told, centrifugeProtobuf).receivesJoinLeave).toBe(false);
    expect(serverDeliveryOptionsOf({ ...told, forceJoinLeave: true }, centrifugeJson).receivesJoinLeave).toBe(true);
    expect(serverDeliveryOptionsOf(told, centrifugeJson, { forcePushJoinLeave: true }).receivesJoinLeave).toBe(true);
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
  ])('SO2 %s', (_what, namespace, feedOptions, override, expected) => {
    const { recovers, isPositioned } = deliveryOptionsOf({ ...PLAIN, ...namespace }, feedOptions, override);
    expect([recovers, isPositioned]).toEqual(expected);
  });
});

test("SO3 a subscription's visibility is its grant's, else the namespace's", () => {
  const namespace = { ...PLAIN, presence: true };
  expect(visibilityOf(namespace)).toEqual({ presence: true, inMaps: true, joinLeave: false });
  expect(visibilityOf(namespace, { presence: false, joinLeave: true })).toEqual({
    ...{ presence: false, inMaps: false, joinLeave: true },
  });
});

describe("SO3 options in a backend's subscription", () => {
  const external = (user: string): Principal => ({ kind: 'external', user });
  const joins = ({ lines }: Client) =>
    lines.filter(({ push }) => push?.join !== undefined || push?.leave !== undefined);

  test('SO3 a hidden client is not present, and its joins and leaves are not sent', async () => {
    const test = new TestNode();
    const [eve, ann] = [await test.connected(external('eve')), await test.connected(external('ann'))];
    await test.ask(eve, { subscribe: { channel: 'live:x', join_leave: true } });
    const before = joins(eve).length;
    const override = { presence: false, joinLeave: false };
    test.node.orderExternal('ann', { kind: 'subscribe', channel: 'live:x', given: { override } });
    await test.clock.settle();
    expect(ann.lines.some(({ push }) => push?.subscribe !== undefined)).toBe(true);
    expect(test.node.presenceOf('live:x').map(({ user }) => user)).toEqual(['eve']);
    test.node.orderExternal('ann', { kind: 'unsubscribe', channel: 'live:x' });
    await test.clock.settle();
    expect(joins(eve)).toHaveLength(before);
    expect(test.node.presenceOf('live:x').map(({ user }) => user)).toEqual(['eve']);
  });

  test('SO3 it gets no joins, and does not recover, if turned off', async () => {
    const test = new TestNode();
    const ann = await test.connected(external('ann'));
    const given = { override: { forcePushJoinLeave: false, forceRecovery: false, forcePositioning: false } };
    for (const channel of ['live:x', 'log:x']) test.node.orderExternal('ann', { kind: 'subscribe', channel, given });
    await test.clock.settle();
    const eve = await test.connected(external('eve'));
    await test.ask(eve, { subscribe: { channel: 'live:x' } });
    expect(joins(ann)).toEqual([]);
    expect(ann.lines.find(({ push }) => push?.channel === 'log:x')?.push).toEqual({ channel: 'log:x', subscribe: {} });
  });

  test('SO3 it gets joins where the namespace sends none', async () => {
    const quiet = { options: { ...PLAIN, subscribe: 'everyone' } } as const;
    const test = new TestNode({ namespaces: { quiet } });
    const ann = await test.connected(external('ann'));
    test.node.orderExternal('ann', {
      kind: 'subscribe',
      channel: 'quiet:x',
      given: { override: { forcePushJoinLeave: true } },
    });
    const eve = await test.connected(external('eve'));
    test.node.orderExternal('eve', { kind: 'subscribe', channel: 'quiet:x', given: { override: { joinLeave: true } } });
    await test.clock.settle();
    expect(joins(ann).map(({ push }) => push?.join)).toMatchObject([{ info: { user: 'eve' } }]);
    eve.close(1_000, '');
    test.node.orderExternal('ann', { kind: 'unsubscribe', channel: 'quiet:x' });
    await test.clock.settle();
    // It is in no topic any more.
    const heard = ann.lines.length;
    test.node.hub.announce('quiet:x', { kind: 'join', info: { user: 'x', client: 'x' } });
    expect(ann.lines).toHaveLength(heard);
  });
  test("SO3 a subscription's new token does not change its visibility", async () => {
    const grants = [{ override: { joinLeave: false } }, {}];
    const verifySubscription = async () => ({ channel: 'live:x', user: 'ann', ...grants.shift() });
    const test = new TestNode({ hooks: { verifySubscription } });
    const [eve, ann] = [await test.connected(external('eve')), await test.connected(external('ann'))];
    await test.ask(eve, { subscribe: { channel: 'live:x', join_leave: true } });
    const before = joins(eve).length;
    await test.ask(ann, { subscribe: { channel: 'live:x', token: 'first' } });
    expect(await test.ask(ann, { sub_refresh: { channel: 'live:x', token: 'second' } })).toHaveProperty('sub_refresh');
    await test.ask(ann, { unsubscribe: { channel: 'live:x' } });
    expect(joins(eve)).toHaveLength(before);
  });
});
