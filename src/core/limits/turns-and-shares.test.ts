import { describe, expect, test } from 'bun:test';
import { person, TestNode } from '../../../tests/core/node.ts';
import { ChannelTurns } from '../sessions/channel-turns.ts';
import { UNLIMITED } from './quotas.ts';

const ADA = person('ada');
const history = (channel: string) => ({ history: { channel, limit: 10 } });
const recover = (channel: string) => ({ subscribe: { channel, recover: true, offset: 0, epoch: '' } });
const unsubscribe = (channel: string) => ({ unsubscribe: { channel } });

describe('SE8 FS1 commands that wait for their channel and for their user’s share', () => {
  test('SE8 FS1 keep their order over many channels, and are all answered', async () => {
    const world = new TestNode({ limits: { commandsInFlight: 1_000 } });
    const channels = Array.from({ length: 6 }, (_, number) => `log:${number}`);
    for (const channel of channels) await world.publish(channel, 1, 3);
    const client = await world.connected(ADA);
    const answerNow = world.log.pauseReads();
    const round = channels.flatMap((channel) => [recover(channel), history(channel), unsubscribe(channel)]);
    const ids = client.say(...round, ...round, ...channels.map(recover));
    await world.clock.settle();
    answerNow();
    await world.clock.settle();
    expect(ids.map((id) => client.answer(id)?.error)).toEqual(ids.map(() => undefined));
    expect(channels.every((channel) => client.session.subscriptions.has(channel))).toBe(true);
  });

  test('SE8 FS3 a user above their rate is unsubscribed from a channel in the requested order', async () => {
    const quotas = { ...UNLIMITED, userReadBytesPerSecond: 2_000 };
    const world = new TestNode({ quotas, limits: { commandsInFlight: 1_000 } });
    await world.publish('log:a', 1, 3);
    const client = await world.connected(ADA);
    client.say(...Array.from({ length: 10 }, () => history('log:a')));
    const [entered, left] = client.say(recover('log:a'), unsubscribe('log:a'));
    await world.clock.settle();
    expect([client.answer(entered), client.answer(left)]).toEqual([undefined, undefined]);
    await world.clock.pass(60_000);
    const order = client.lines.map(({ id }) => id).filter((id) => id === entered || id === left);
    expect(order).toEqual([entered, left]);
    expect(client.session.subscriptions.has('log:a')).toBe(false);
  });

  test('SE8 FS2 a client that disconnects while both are awaited leaves nothing behind', async () => {
    const world = new TestNode({ limits: { commandsInFlight: 1_000 } });
    await world.publish('log:a', 1, 3);
    const client = await world.connected(ADA);
    const answerNow = world.log.pauseReads();
    client.say(...Array.from({ length: 5 }, () => history('log:a')), recover('log:a'), unsubscribe('log:a'));
    await world.clock.settle();
    client.hangUp();
    answerNow();
    await world.clock.settle();
    expect([world.node.hub.size, world.reported.length, client.session.isBusy]).toEqual([0, 0, false]);
    const next = await world.connected(ADA);
    const [id] = next.say(history('log:a'));
    await world.clock.settle();
    expect(next.answer(id)?.history).toBeDefined();
  });

  test('FS2 work from before the sign-in is dropped as well when the connection closes', async () => {
    const world = new TestNode({ limits: { commandsInFlight: 1_000 } });
    await world.publish('log:a', 1, 3);
    const client = await world.connected();
    const answerNow = world.log.pauseReads();
    for (const user of ['ann', 'ben', 'ann']) {
      client.say(...Array.from({ length: 5 }, () => history('log:a')));
      client.session.take({ kind: 'signIn', id: 100, prove: () => ({ principal: person(user) }) });
      await world.clock.settle();
    }
    const begun = world.log.reads.length;
    expect(begun).toBeGreaterThan(1);
    client.hangUp();
    answerNow();
    await world.clock.settle();
    expect([world.log.reads.length, world.reported]).toEqual([begun, []]);
  });

  test('SE8 FS2 a server order that waits for the user’s share is dropped with the connection', async () => {
    const world = new TestNode();
    await world.publish('log:a', 1, 3);
    const client = await world.connected(ADA);
    const answerNow = world.log.pauseReads();
    client.say(history('log:b'), history('log:c'));
    client.session.subscribe('log:a', { since: { epoch: '', offset: 1 } });
    await world.clock.settle();
    client.hangUp();
    answerNow();
    await world.clock.settle();
    expect([world.reported, world.node.hub.size]).toEqual([[], 0]);
  });

  test('SE8 released commands run once, even if running ones end later', async () => {
    const turns = new ChannelTurns();
    const under = Promise.withResolvers<void>();
    let done = 0;
    turns.run('a', 'change', () => under.promise);
    turns.run('a', 'change', async () => {
      done += 1;
    });
    turns.release();
    under.resolve();
    await Bun.sleep(0);
    expect(done).toBe(1);
  });
});
