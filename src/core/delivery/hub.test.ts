import { describe, expect, test } from 'bun:test';
import { HandClock } from '../../../tests/core/hand-clock.ts';
import { guardOf, PLAIN, publication, range } from '../../../tests/core/node.ts';
import type { Publication } from '../../ports/log.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { Hub } from './hub.ts';
import { joinLeaveTopicOf, topicOf } from './topics.ts';

/** A protocol that writes offsets, and records what it encoded. */
function protocol(name: string): Protocol & { readonly encoded: string[] } {
  const encoded: string[] = [];
  return {
    ...{ name, encoded, ping: '', decode: () => [], encodeReply: () => '' },
    encodePush: (push) => {
      const frame = push.kind === 'publication' ? push.publication.data : push.kind;
      encoded.push(frame);
      return frame;
    },
    join: (frames) => frames.join('|'),
  };
}

const [A, B] = [protocol('a'), protocol('b')];

/** A hub with subscribers of these protocols in the channel `live:x`, and its output. */
function hubOf(...listening: readonly Protocol[]) {
  const clock = new HandClock();
  const frames: [topic: string, frame: string][] = [];
  const interest: [channel: string, wanted: boolean][] = [];
  const hub = new Hub({
    ...{
      clock,
      guard: guardOf(clock),
      protocols: [A, B],
      recoveryLimit: 10,
      recoveryBytes: 1_000,
      backlogBytes: 2_000,
    },
    fanout: { publish: (topic, frame) => void frames.push([topic, String(frame)]) },
    logOf: () => undefined,
    onInterest: (...change) => void interest.push(change),
    onReset: () => undefined,
  });
  for (const each of listening) {
    const channel = hub.hold('live:x', PLAIN);
    hub.enter(channel, each, undefined);
    hub.release(channel);
  }
  const publish = async (...publications: readonly Publication[]) => {
    hub.receive('live:x', '', publications);
    await clock.settle();
  };
  return { hub, clock, frames, interest, publish };
}

describe('fan-out', () => {
  test('encodes once per protocol, however many subscribe, and not for unused protocols', async () => {
    A.encoded.length = 0;
    B.encoded.length = 0;
    const { frames, publish } = hubOf(A, A, A);
    await publish(publication(1));
    expect(frames).toEqual([[topicOf(A, 'live:x'), '1']]);
    expect([A.encoded, B.encoded]).toEqual([['1'], []]);
  });

  test('reaches every used protocol, and no longer when the last subscriber has left', async () => {
    const { hub, frames, publish } = hubOf(A, A, B);
    await publish(publication(1));
    hub.leave('live:x', A);
    hub.leave('live:x', B);
    await publish(publication(2));
    expect(frames).toEqual([
      [topicOf(A, 'live:x'), '1'],
      [topicOf(B, 'live:x'), '1'],
      [topicOf(A, 'live:x'), '2'],
    ]);
  });

  test('OR2 sends a burst of one turn as one frame, in order', async () => {
    const { hub, clock, frames } = hubOf(A);
    for (const number of range(1, 5)) hub.receive('live:x', '', [publication(number)]);
    expect(frames).toEqual([]);
    await clock.settle();
    expect(frames.map(([, frame]) => frame)).toEqual(['1|2|3|4|5']);
  });

  test('OR2 splits a large burst, so that no client has to take it in one piece', async () => {
    const { frames, publish } = hubOf(A);
    const large = range(1, 10).map((offset) => ({ ...publication(offset), data: String(offset % 10).repeat(10_000) }));
    await publish(...large);
    expect(frames.length).toBe(4);
    expect(frames.every(([, frame]) => frame.length <= 32 * 1_024 + 10)).toBe(true);
    expect(frames.map(([, frame]) => frame).join('|')).toBe(large.map(({ data }) => data).join('|'));
  });

  test('sends one that is larger than that by itself', async () => {
    const { frames, publish } = hubOf(A);
    await publish(publication(1), { ...publication(2), data: 'x'.repeat(100_000) }, publication(3));
    expect(frames.map(([, frame]) => frame.length)).toEqual([1, 100_000, 1]);
  });

  test('RE6 has sent earlier publications before a client enters', () => {
    const { hub, frames } = hubOf(A);
    hub.receive('live:x', '', [publication(1)]);
    hub.enter(hub.hold('live:x', PLAIN), A, undefined);
    expect(frames.map(([, frame]) => frame)).toEqual(['1']);
  });

  test('PR2 keeps joins and leaves in order with publications', async () => {
    const { hub, clock, frames } = hubOf(A);
    const info = { user: 'ada', client: 'c1' };
    hub.receive('live:x', '', [publication(1)]);
    hub.announce('live:x', { kind: 'join', info });
    hub.receive('live:x', '', [publication(2)]);
    hub.announce('live:x', { kind: 'leave', info });
    await clock.settle();
    expect(frames).toEqual([
      [topicOf(A, 'live:x'), '1'],
      [joinLeaveTopicOf(A, 'live:x'), 'join'],
      [topicOf(A, 'live:x'), '2'],
      [joinLeaveTopicOf(A, 'live:x'), 'leave'],
    ]);
  });
});

describe('interest', () => {
  test('begins with the first client that subscribes, and ends with the last that leaves', () => {
    const { hub, interest } = hubOf();
    const first = hub.hold('live:x', PLAIN);
    hub.enter(first, A, undefined);
    hub.release(first);
    const second = hub.hold('live:x', PLAIN);
    hub.leave('live:x', A);
    expect([second === first, interest]).toEqual([true, [['live:x', true]]]);
    hub.release(second);
    expect(interest).toEqual([
      ['live:x', true],
      ['live:x', false],
    ]);
    expect(hub.size).toBe(0);
  });

  test('messages for a channel without subscribers are ignored', async () => {
    const { hub, frames, publish } = hubOf();
    await publish(publication(1));
    hub.leave('live:x', A);
    hub.announce('live:x', { kind: 'join', info: { user: '', client: 'c' } });
    expect([frames, hub.size]).toEqual([[], 0]);
  });
});
