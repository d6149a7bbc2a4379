import { expect, test } from 'bun:test';
import { TopicFanout } from '../../../tests/core/client.ts';
import { HandClock } from '../../../tests/core/hand-clock.ts';
import { guardOf, PLAIN } from '../../../tests/core/node.ts';
import { centrifugeJson } from '../../protocols/centrifuge/protocol.ts';
import type { Connection } from '../protocol/connection.ts';
import { Hub } from './hub.ts';

/** A client with a distinguishable id, and what it received. */
function clientOf(fanout: TopicFanout) {
  const told: unknown[] = [];
  let waiting = 0;
  const connection: Connection = {
    send: (frame) => {
      for (const line of String(frame).split('\n')) told.push(JSON.parse(line).push?.pub?.data ?? line);
    },
    backlog: () => waiting,
    join: (topic) => fanout.join(topic, connection),
    leave: (topic) => fanout.leave(topic, connection),
    close: () => undefined,
  };
  const nothing = () => undefined;
  const reader = { connection, close: nothing, skips: nothing };
  const waits = (bytes: number) => {
    waiting = bytes;
  };
  return { told, reader, waits };
}

test('SL4 an excluded client never receives the publication, slow or not, and receives later ones', async () => {
  const [clock, fanout] = [new HandClock(), new TopicFanout()];
  const [quick, behind, other] = [clientOf(fanout), clientOf(fanout), clientOf(fanout)];
  const clients = new Map([
    ['quick', quick],
    ['behind', behind],
  ]);
  const hub = new Hub({
    ...{
      clock,
      guard: guardOf(clock),
      fanout,
      protocols: [centrifugeJson],
      recoveryLimit: 10,
      recoveryBytes: 1_000,
      backlogBytes: 8_000,
    },
    logOf: () => undefined,
    onInterest: () => undefined,
    onReset: () => undefined,
    sessionOf: (client) => {
      const found = clients.get(client);
      const subscriptions = { has: () => true, isPlain: () => false };
      return found && { connection: found.reader.connection, protocol: centrifugeJson, subscriptions };
    },
  });
  const channel = hub.hold('live:x', PLAIN);
  const feed = hub.feedOf(channel, centrifugeJson, { compact: false, delta: false, keyed: false, conflateTag: 'key' });
  for (const { reader } of [quick, behind, other]) feed.join(reader, hub.enterFeed(channel, feed, undefined));
  behind.waits(1_001);
  const say = (data: string, except?: string) =>
    hub.receive('live:x', '', [{ offset: 0, time: 1, data, tags: { key: data }, ...(except && { except }) }]);
  say('1');
  say('2', 'quick');
  say('3', 'behind');
  say('4');
  await clock.settle();
  expect([quick, behind, other].map(({ told }) => told)).toEqual([[1, 3, 4], [], [1, 2, 3, 4]]);
  behind.waits(0);
  hub.conflation.drained(behind.reader.connection);
  expect(behind.told).toEqual([1, 2, 4]);
  say('5');
  await clock.settle();
  expect([quick, behind, other].map(({ told }) => told.at(-1))).toEqual([5, 5, 5]);
});

test('other pushes to a channel reach slow clients as well', async () => {
  const [clock, fanout] = [new HandClock(), new TopicFanout()];
  const [quick, behind] = [clientOf(fanout), clientOf(fanout)];
  const hub = new Hub({
    ...{
      clock,
      guard: guardOf(clock),
      fanout,
      protocols: [centrifugeJson],
      recoveryLimit: 10,
      recoveryBytes: 1_000,
      backlogBytes: 8_000,
    },
    logOf: () => undefined,
    onInterest: () => undefined,
    onReset: () => undefined,
  });
  const channel = hub.hold('live:x', PLAIN);
  const feed = hub.feedOf(channel, centrifugeJson, { compact: false, delta: false, keyed: false, conflateTag: 'key' });
  for (const { reader } of [quick, behind]) feed.join(reader, hub.enterFeed(channel, feed, undefined));
  behind.waits(1_001);
  hub.receive('live:x', '', [{ offset: 0, time: 1, data: '1' }]);
  await clock.settle();
  hub.tell('live:x', { kind: 'unsubscribe', channel: 'live:x', reason: 'server' });
  expect([quick, behind].map(({ told }) => told.length)).toEqual([2, 1]);
});
