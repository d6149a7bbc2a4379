import { expect, test } from 'bun:test';
import { Random } from '../../../tests/simulation/random.ts';
import { Cursor } from '../../protocols/plain/cursor.ts';
import { EventStream, eventStreams } from '../../protocols/plain/event-stream.ts';
import { EVENTS, type Framing, JSON_LINES, StreamConnection, Streams } from './streams.ts';

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
const CHANNELS = ['log:a', 'log:b', 'live:c'];

/** A plain HTTP stream that was sent everything up to these offsets. */
function eventStream(offsets: ReadonlyMap<string, number>): EventStream {
  const cursor = new Cursor();
  for (const [channel, offset] of offsets) cursor.set(channel, { epoch: channel === 'live:c' ? '' : 'e', offset });
  const asked = { channels: [...offsets.keys()], cursor, token: '', subscriptionTokens: new Map() };
  return new EventStream(asked, () => undefined, 0);
}

function opened(
  streams: Streams,
  framing: Framing,
): { readonly connection: StreamConnection; readonly text: Promise<string> } {
  const connection = new StreamConnection(streams, framing, { maxBacklogBytes: 1e7, waitNoLonger: () => undefined });
  return { connection, text: new Response(connection.response.body).text() };
}

test(`HT1 streams that share a frame's encoding are sent what each would be alone (seed ${SEED})`, async () => {
  const random = new Random(SEED);
  const shared = new Streams();
  const pairs = Array.from({ length: 30 }, () => {
    const offsets = new Map(CHANNELS.filter(() => random.chance(0.6)).map((name) => [name, random.between(0, 1)]));
    if (offsets.size === 0) offsets.set('log:a', 0);
    const alone = new Streams();
    const [one, other] = [opened(shared, eventStream(offsets)), opened(alone, eventStream(offsets))];
    for (const channel of offsets.keys()) {
      one.connection.join(channel);
      other.connection.join(channel);
    }
    return { one, other, alone };
  });
  const offsets = new Map(CHANNELS.map((channel) => [channel, 1]));
  for (let turn = 0; turn < 60; turn += 1) {
    const channel = random.pick(CHANNELS);
    const frames = Array.from({ length: random.between(1, 4) }, () => {
      const offset = channel === 'live:c' ? 0 : (offsets.get(channel) ?? 0) + 1;
      offsets.set(channel, offset);
      const publication = { offset, data: `{"turn":${turn}}`, time: 0 };
      return eventStreams.encodePush({ kind: 'publication', channel, epoch: 'e', publication }) as string;
    });
    const frame = eventStreams.join?.(frames) ?? '';
    for (const streams of [shared, ...pairs.map(({ alone }) => alone)]) streams.publish(channel, frame);
  }
  for (const { one, other } of pairs) {
    for (const { connection } of [one, other]) connection.close();
    expect(await one.text).toBe(await other.text);
  }
});

test('HT1 each publication of a burst has its own id', async () => {
  const stream = eventStream(new Map([['log:a', 0]]));
  const frames = [1, 2].map(
    (offset) =>
      eventStreams.encodePush({
        kind: 'publication',
        channel: 'log:a',
        epoch: 'e',
        publication: { offset, data: '{}', time: 0 },
      }) as string,
  );
  const text = stream.wrap(eventStreams.join?.(frames) ?? '');
  expect(text.match(/^id: \S+:[12]:e$/gm)).toHaveLength(2);
  expect(text.match(/^data: /gm)).toHaveLength(2);
});

test('streams of one topic with different framings are each sent their own', async () => {
  const streams = new Streams();
  const all = [JSON_LINES, EVENTS, JSON_LINES, EVENTS].map((framing) => opened(streams, framing));
  for (const { connection } of all) connection.join('t');
  streams.publish('t', '{"a":1}\n{"b":2}');
  for (const { connection } of all) connection.close();
  const lines = '{"a":1}\n{"b":2}\n';
  const events = ':\n\ndata: {"a":1}\n\ndata: {"b":2}\n\n';
  expect(await Promise.all(all.map(({ text }) => text))).toEqual([lines, events, lines, events]);
});
