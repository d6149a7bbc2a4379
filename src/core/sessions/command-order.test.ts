import { describe, expect, test } from 'bun:test';
import type { Client, Line } from '../../../tests/core/client.ts';
import { PLAIN, person, TestNode } from '../../../tests/core/node.ts';
import { Random } from '../../../tests/simulation/random.ts';
import type { NamespaceDefinition } from '../operations/feature.ts';

const ADA = person('ada');
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
const ROUNDS = 150;

type Command = Record<string, Record<string, unknown>>;

const subscribe = (channel: string): Command => ({ subscribe: { channel } });
const unsubscribe = (channel: string): Command => ({ unsubscribe: { channel } });
const publish = (channel: string, data: unknown = 1): Command => ({ publish: { channel, data } });

/** Namespaces whose permissions are decided after a delay, and one decided by the test. */
function slowNode(random: Random): TestNode {
  const slowly = async () => {
    for (let turn = random.between(0, 6); turn > 0; turn -= 1) await Promise.resolve();
    return true;
  };
  const asked = { subscribe: 'feature', publish: 'feature', readPresence: 'feature', readHistory: 'feature' } as const;
  const definition = (options: Partial<typeof PLAIN>): NamespaceDefinition => ({
    options: { ...PLAIN, ...asked, presence: true, ...options },
    policy: slowly,
  });
  return new TestNode({
    namespaces: {
      stored: definition({ history: 'durable' }),
      held: definition({ history: 'memory' }),
      plain: definition({}),
      map: definition({ type: 'map', history: 'memory', historySize: 100 }),
    },
  });
}

/** Each reply by the name of its result, or its error's code. */
const kindOf = (line: Line | undefined): string | number | undefined =>
  line?.error?.code ?? Object.keys(line ?? {}).find((key) => key !== 'id');

/** Whether the client is subscribed, as it concludes from its replies. */
function isIn(client: Client, channel: string, asked: ReadonlyMap<number, Command>): boolean {
  let found = false;
  for (const { id, error, push, subscribe: subscribed } of client.lines) {
    const command = asked.get(id ?? 0);
    const isPart = (subscribed as { readonly phase?: number } | undefined)?.phase === 2;
    if (command?.subscribe?.channel === channel && error === undefined) found = !isPart;
    if (command?.unsubscribe?.channel === channel && error === undefined) found = false;
    if (push?.channel !== channel) continue;
    if (push.subscribe !== undefined) found = true;
    if (push.unsubscribe !== undefined) found = false;
  }
  return found;
}

describe("SE8 a connection's commands for a channel take effect in sending order", () => {
  const channels = ['log:a', 'mem:a', 'live:a', 'stored:a', 'held:a', 'plain:a'];

  test.each(channels)('SE8 subscribe, unsubscribe, subscribe in one frame ends subscribed: %s', async (channel) => {
    const world = slowNode(new Random(1));
    const client = await world.connected(ADA);
    const ids = client.say(subscribe(channel), unsubscribe(channel), subscribe(channel));
    await world.clock.settle();
    expect(ids.map((id) => kindOf(client.answer(id)))).toEqual(['subscribe', 'unsubscribe', 'subscribe']);
    await world.publish(channel, 1);
    expect(client.published(channel)).toEqual([1]);
  });

  test.each(channels)(
    'SE8 presence, history and publishing see the effect of earlier commands: %s',
    async (channel) => {
      const world = slowNode(new Random(2));
      const client = await world.connected(ADA);
      const isKept = !/^(live|plain):/.test(channel);
      const hasPresence = !/^(log|mem):/.test(channel);
      const ids = client.say(
        ...[subscribe(channel), publish(channel, 7), { history: { channel, limit: 10 } }, { presence: { channel } }],
        ...[unsubscribe(channel), { presence: { channel } }, publish(channel, 8), subscribe(channel)],
      );
      await world.clock.settle();
      const [, , history, before, , after] = ids.map((id) => client.answer(id));
      if (isKept) expect(history).toMatchObject({ history: { publications: [{ data: 7 }], offset: 1 } });
      if (hasPresence) {
        expect(before).toHaveProperty(`presence.presence.${client.session.client}`);
        expect(after).not.toHaveProperty(`presence.presence.${client.session.client}`);
      }
      // Delivered before it is answered, as in Centrifugo (`publish` of client.go and `Broker.Publish` in centrifuge),
      // and so before the client leaves.
      expect(client.published(channel)).toEqual([7]);
      if (isKept) expect(client.answer(ids.at(-1))).toMatchObject({ subscribe: { offset: 2 } });
    },
  );

  test('SE8 OR3 publications keep their order if each is decided on asynchronously', async () => {
    const waits: (() => void)[] = [];
    const policy = () => new Promise<boolean>((resolve) => waits.push(() => resolve(true)));
    const options = { ...PLAIN, history: 'durable', publish: 'feature' } as const;
    const world = new TestNode({ namespaces: { slow: { options, policy } } });
    const client = await world.connected(ADA);
    client.say(publish('slow:a', 1), publish('slow:a', 2), publish('slow:a', 3));
    while (waits.length > 0) {
      // The last decision arrives first.
      waits.pop()?.();
      await world.clock.settle();
    }
    const { publications } = await world.node.read('slow:a', { limit: 10 });
    expect(publications.map(({ data }) => data)).toEqual(['1', '2', '3']);
  });

  test('SE8 publications do not wait for each other’s acks, nor channels for each other', async () => {
    const world = new TestNode();
    const client = await world.connected();
    const answerNow = world.log.pauseReads();
    client.say(subscribe('log:slow'), publish('log:b', 1), publish('log:b', 2), subscribe('live:c'));
    await world.clock.settle();
    expect(world.log.batches).toEqual([2]);
    expect(client.session.subscriptions.has('live:c')).toBe(true);
    expect(client.session.subscriptions.has('log:slow')).toBe(false);
    answerNow();
    await world.clock.settle();
    expect(client.session.subscriptions.has('log:slow')).toBe(true);
  });

  test('SE8 a map can be read in parts, left and read again in one frame', async () => {
    const world = slowNode(new Random(3));
    for (const key of ['a', 'b', 'c']) {
      await world.node.publish('map:a', `"${key}"`, { entry: { key } });
    }
    const client = await world.connected(ADA);
    const part = { channel: 'map:a', type: 1, phase: 2, limit: 2 };
    const ids = client.say(
      ...[{ subscribe: part }, { subscribe: { ...part, limit: 0 } }, unsubscribe('map:a')],
      ...[{ subscribe: { ...part, limit: 0 } }, publish('map:a')],
    );
    await world.clock.settle();
    expect(ids.map((id) => kindOf(client.answer(id)))).toEqual([
      ...['subscribe', 'subscribe', 'unsubscribe', 'subscribe', 107],
    ]);
    expect(client.session.subscriptions.has('map:a')).toBe(true);
  });

  test('SE8 server orders take their turn between client commands', async () => {
    const waits: ((allowed: boolean) => void)[] = [];
    const policy = () => new Promise<boolean>((resolve) => waits.push(resolve));
    const options = { ...PLAIN, subscribe: 'feature' } as const;
    const world = new TestNode({ namespaces: { club: { options, policy } } });
    const client = await world.connected(ADA);
    client.say(subscribe('club:a'));
    await world.clock.settle();
    world.node.subscribeUser('ada', 'club:a');
    waits.pop()?.(false);
    await world.clock.settle();
    // Refused, as it came first; then the server has subscribed it anyway.
    expect(client.answer(2)).toMatchObject({ error: { code: 103 } });
    await world.publish('club:a', 1);
    expect(client.pushes('club:a')).toMatchObject([{ subscribe: {} }, { pub: { data: 1 } }]);
  });

  test('SE8 PE3 a waiting server order is undone by the next one', async () => {
    const world = new TestNode();
    const client = await world.connected(ADA);
    const answerNow = world.log.pauseReads();
    client.say(subscribe('log:a'), unsubscribe('log:a'));
    await world.clock.settle();
    world.node.subscribeUser('ada', 'log:a');
    world.node.unsubscribeUser('ada', 'log:a');
    answerNow();
    await world.clock.settle();
    expect(client.session.subscriptions.has('log:a')).toBe(false);
    await world.publish('log:a', 1);
    expect(client.published('log:a')).toEqual([]);
  });

  test('SE8 waiting commands are dropped when the connection closes', async () => {
    const world = new TestNode();
    const client = await world.connected();
    const answerNow = world.log.pauseReads();
    client.say(subscribe('log:a'), publish('log:a', 1), subscribe('log:a'), unsubscribe('log:a'), subscribe('log:a'));
    await world.clock.settle();
    client.hangUp();
    answerNow();
    await world.clock.settle();
    expect((await world.node.read('log:a', { limit: 1 })).top.offset).toBe(0);
    expect([world.node.hub.size, world.reported.length]).toEqual([0, 0]);
  });
});

describe(`SE8 at random, SEED=${SEED}`, () => {
  test('SE8 clients get the same replies as from a server that handles one command at a time', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const random = new Random(SEED + round);
      const world = slowNode(random);
      const client = await world.connected(ADA);
      const channel = random.pick(['log:a', 'mem:a', 'live:a', 'stored:a', 'held:a', 'plain:a']);
      const [expected, ids]: [(string | number | undefined)[], number[]] = [[], []];
      let isSubscribed = false;
      for (let frame = 0; frame < 4; frame += 1) {
        const commands = Array.from({ length: random.between(1, 5) }, () =>
          random.pick([subscribe, unsubscribe, publish])(channel),
        );
        for (const command of commands) {
          const [kind] = Object.keys(command);
          expected.push(kind === 'subscribe' && isSubscribed ? 105 : kind);
          if (kind !== 'publish') isSubscribed = kind === 'subscribe';
        }
        ids.push(...client.say(...commands));
        if (random.chance(0.5)) await world.clock.settle();
      }
      await world.clock.settle();
      const seed = `SEED=${SEED + round}`;
      expect([seed, ...ids.map((id) => kindOf(client.answer(id)))]).toEqual([seed, ...expected]);
      expect([seed, client.session.subscriptions.has(channel)]).toEqual([seed, isSubscribed]);
    }
  });

  test('SE8 PE3 whatever the server does meanwhile, client and server agree on the subscriptions', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const random = new Random(SEED + round);
      const world = slowNode(random);
      const client = await world.connected(ADA);
      const channel = random.pick(['log:a', 'mem:a', 'live:a', 'stored:a', 'held:a', 'plain:a']);
      const asked = new Map<number, Command>();
      for (let step = 0; step < 12; step += 1) {
        const command = random.pick([subscribe, unsubscribe, publish])(channel);
        if (random.chance(0.6)) asked.set(client.say(command)[0] ?? 0, command);
        else if (random.chance(0.5)) world.node.subscribeUser('ada', channel);
        else world.node.unsubscribeUser('ada', channel);
        for (let turn = random.between(0, 8); turn > 0; turn -= 1) await Promise.resolve();
      }
      await world.clock.settle();
      const isSubscribed = client.session.subscriptions.has(channel);
      const seed = `SEED=${SEED + round}`;
      expect([seed, isIn(client, channel, asked)]).toEqual([seed, isSubscribed]);
      const before = client.published(channel).length;
      const done = world.node.publish(channel, '"last"');
      await world.clock.settle();
      await done;
      expect([seed, client.published(channel).length - before]).toEqual([seed, isSubscribed ? 1 : 0]);
    }
  });
});
