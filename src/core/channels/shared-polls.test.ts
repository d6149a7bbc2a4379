import { describe, expect, test } from 'bun:test';
import { createHash, createHmac } from 'node:crypto';
import type { Client } from '../../../tests/core/client.ts';
import { PLAIN, POLL_SECRET, TestNode } from '../../../tests/core/node.ts';
import type { Backend, BackendAnswer } from '../../ports/backend.ts';
import { BackendUnavailable } from '../../ports/backend.ts';
import { Application } from '../backend/application.ts';
import { JsonText, writeJson } from '../text/raw-json.ts';
import type { Namespace } from './namespace.ts';

const POLLED: Namespace = {
  ...PLAIN,
  ...{ type: 'sharedPoll', pollUrl: 'http://backend.example/items', pollIntervalMs: 1_000, pollKeys: 3 },
};

type Item = { readonly key: string; readonly version?: number; readonly data?: unknown; readonly removed?: boolean };
type Question = { readonly channel: string; readonly items: readonly { key: string; version?: number }[] };

/** A backend with items, which records its requests. */
class Items implements Backend {
  readonly items = new Map<string, Item>();
  readonly asked: Question[] = [];
  isDown = false;

  set(...items: readonly Item[]): void {
    for (const item of items) this.items.set(item.key, item);
  }

  hears(): boolean {
    return false;
  }

  ask(): Promise<BackendAnswer> {
    return Promise.reject(new BackendUnavailable('nothing is asked here'));
  }

  async poll(_url: string, text: string): Promise<BackendAnswer> {
    const question = JSON.parse(text) as Question;
    this.asked.push(question);
    if (this.isDown) throw new BackendUnavailable('down');
    const items = question.items.flatMap(({ key }) => this.items.get(key) ?? []);
    const answer = writeJson({ result: { items } });
    return { text: answer, value: JSON.parse(answer) };
  }
}

function nodeOf(backend: Items): TestNode {
  return new TestNode({
    namespaces: { poll: { options: { ...POLLED, pollVersions: true } }, differs: { options: POLLED } },
    hooks: { application: new Application(backend) },
  });
}

function signatureOf(test: TestNode, channel: string, keys: readonly string[], { user = '', ttl = 60 } = {}): string {
  const issued = Math.floor(test.clock.now() / 1_000);
  const digest = createHash('sha256').update(keys.join('\0')).digest('hex');
  const payload = [issued, issued + ttl, user, channel, digest].join('\0');
  return `${issued}:${issued + ttl}:${createHmac('sha256', POLL_SECRET).update(payload).digest('hex')}`;
}

async function subscribed(test: TestNode, channel: string): Promise<Client> {
  const client = await test.connected();
  await test.ask(client, { subscribe: { channel, type: 4 } });
  return client;
}

/** Tracks items by key and version, with further fields of the request. */
async function track(
  test: TestNode,
  client: Client,
  channel: string,
  items: Record<string, number>,
  more: object = {},
) {
  const signature = signatureOf(test, channel, Object.keys(items));
  const batch = { signature, items: Object.entries(items).map(([key, version]) => ({ key, version })) };
  const request = { channel, type: 1, track: [batch], ...more };
  const [id] = client.say({ sub_refresh: request });
  // The runtime verifies the signature asynchronously.
  for (const deadline = Date.now() + 10_000; client.answer(id) === undefined && Date.now() < deadline; ) {
    await test.clock.settle();
    await Bun.sleep(1);
  }
  await test.clock.settle();
  return client.answer(id);
}

const updates = (client: Client, channel: string) =>
  client.pushes(channel).flatMap(({ pub }) => (pub === undefined ? [] : [pub as unknown as Item]));
const versions = (client: Client, channel: string) =>
  updates(client, channel).map(({ key, version }) => [key, version]);

describe('SP shared polls', () => {
  test('JS1 items reach clients as the backend wrote them', async () => {
    const odd = '{"id":9007199254740993,"price":1.10,"2":0,"1":1e400}';
    const backend = new Items();
    const test = nodeOf(backend);
    const client = await subscribed(test, 'poll:a');
    const frames: string[] = [];
    const send = client.send.bind(client);
    client.send = (frame) => {
      frames.push(String(frame));
      send(frame);
    };
    backend.set({ key: 'x', version: 1, data: new JsonText(odd) });
    await track(test, client, 'poll:a', { x: 0 });
    await test.clock.pass(1_000);
    expect(frames.join('\n')).toContain(`"data":${odd}`);
  });

  test('SP1 items are polled once for all, and trackers get newer ones', async () => {
    const backend = new Items();
    const test = nodeOf(backend);
    const [ann, ben] = [await subscribed(test, 'poll:a'), await subscribed(test, 'poll:a')];
    backend.set({ key: 'x', version: 1, data: { n: 1 } }, { key: 'y', version: 7 });
    expect((await track(test, ann, 'poll:a', { x: 0, y: 7 }))?.sub_refresh).toEqual({ expires: true, ttl: 60 });
    // Known items are part of the reply.
    const known = (await track(test, ben, 'poll:a', { x: 0 }))?.sub_refresh;
    expect(known).toMatchObject({ items: [{ key: 'x', version: 1, data: { n: 1 } }] });
    backend.set({ key: 'x', version: 2 });
    const asked = backend.asked.length;
    await test.clock.pass(1_000);
    expect(backend.asked.slice(asked)).toEqual([
      {
        channel: 'poll:a',
        items: [
          { key: 'x', version: 1 },
          { key: 'y', version: 7 },
        ],
      },
    ]);
    expect([versions(ann, 'poll:a'), versions(ben, 'poll:a')]).toEqual([
      [
        ['x', 1],
        ['x', 2],
      ],
      [['x', 2]],
    ]);
  });

  test('SP1 a client that knows a newer version gets the next newer one', async () => {
    const backend = new Items();
    const test = nodeOf(backend);
    const [ann, ben] = [await subscribed(test, 'poll:a'), await subscribed(test, 'poll:a')];
    backend.set({ key: 'x', version: 4 });
    await track(test, ann, 'poll:a', { x: 0 });
    await track(test, ben, 'poll:a', { x: 5 });
    for (const version of [5, 6, 7]) {
      backend.set({ key: 'x', version });
      await test.clock.pass(1_000);
    }
    expect(versions(ben, 'poll:a')).toEqual([
      ['x', 6],
      ['x', 7],
    ]);
    expect(versions(ann, 'poll:a')).toEqual([
      ['x', 4],
      ['x', 5],
      ['x', 6],
      ['x', 7],
    ]);
  });

  test("SP2 without the backend's versions any difference is a newer version, within an epoch", async () => {
    const backend = new Items();
    const test = nodeOf(backend);
    const client = await test.connected();
    const answer = await test.ask(client, { subscribe: { channel: 'differs:a', type: 4 } });
    expect((answer?.subscribe as { epoch?: string } | undefined)?.epoch).toMatch(/^.{8}$/);
    backend.set({ key: 'x', data: 1 });
    await track(test, client, 'differs:a', { x: 99 });
    await test.clock.pass(2_000);
    backend.set({ key: 'x', data: 2 });
    await test.clock.pass(1_000);
    backend.set({ key: 'x', data: 2, removed: true });
    await test.clock.pass(1_000);
    expect(updates(client, 'differs:a').map(({ data, version, removed }) => [data, version, removed])).toEqual([
      [1, 1, undefined],
      [2, 2, undefined],
      [2, 3, true],
    ]);
    expect(backend.asked[0]?.items).toEqual([{ key: 'x' }]);
  });

  test('SP3 refuses a signature of another user, for other keys, or an expired one; and then tracks nothing', async () => {
    const test = nodeOf(new Items());
    const client = await subscribed(test, 'poll:a');
    const code = async (signature: string) => {
      const wrong = { track: [{ signature, items: [{ key: 'x' }] }] };
      return (await track(test, client, 'poll:a', { x: 0 }, wrong))?.error?.code;
    };
    expect(await code('')).toBe(103);
    expect(await code(signatureOf(test, 'poll:a', ['y']))).toBe(103);
    expect(await code(signatureOf(test, 'poll:b', ['x']))).toBe(103);
    expect(await code(signatureOf(test, 'poll:a', ['x'], { user: 'ann' }))).toBe(103);
    expect(await code(signatureOf(test, 'poll:a', ['x'], { ttl: -6 }))).toBe(109);
    expect(await code(signatureOf(test, 'poll:a', ['x'], { ttl: -4 }))).toBeUndefined();
    expect((await track(test, client, 'poll:other', { x: 0 }))?.error?.code).toBe(103);
  });

  test('SP3 stops tracking keys whose signature has expired', async () => {
    const backend = new Items();
    const test = nodeOf(backend);
    const client = await subscribed(test, 'poll:a');
    await track(test, client, 'poll:a', { x: 0 });
    for (let left = 120; left > 0; left -= 1) {
      await test.clock.pass(1_000);
      client.session.receive('{}');
    }
    backend.set({ key: 'x', version: 1 });
    await test.clock.pass(5_000);
    expect(updates(client, 'poll:a')).toEqual([]);
  });

  test('SP4 limits the number of tracked keys, and sends nothing for untracked ones', async () => {
    const backend = new Items();
    const test = nodeOf(backend);
    const client = await subscribed(test, 'poll:a');
    expect((await track(test, client, 'poll:a', { a: 0, b: 0, c: 0, d: 0 }))?.error?.code).toBe(106);
    expect(
      (await track(test, client, 'poll:a', { a: 0, b: 0, c: 0, d: 0 }, { untrack: ['d'] }))?.error,
    ).toBeUndefined();
    await test.ask(client, { sub_refresh: { channel: 'poll:a', type: 2, untrack: ['a'] } });
    backend.set(...['a', 'b', 'd'].map((key) => ({ key, version: 1 })));
    await test.clock.pass(1_000);
    expect(versions(client, 'poll:a')).toEqual([['b', 1]]);
  });

  test('SP5 stops polling without trackers, and continues when the backend returns', async () => {
    const backend = new Items();
    const test = nodeOf(backend);
    const client = await subscribed(test, 'poll:a');
    await track(test, client, 'poll:a', { x: 0 });
    backend.isDown = true;
    await test.clock.pass(3_000);
    expect(test.reported).toEqual(['poll.failed']);
    backend.isDown = false;
    backend.set({ key: 'x', version: 1 });
    await test.clock.pass(1_000);
    expect(versions(client, 'poll:a')).toEqual([['x', 1]]);
    client.hangUp();
    const asked = backend.asked.length;
    await test.clock.pass(10_000);
    expect(backend.asked.length).toBe(asked);
  });

  test('is neither a map nor a log, and cannot be published to', async () => {
    const test = nodeOf(new Items());
    const client = await test.connected();
    for (const more of [{}, { type: 1, phase: 2 }]) {
      expect((await test.ask(client, { subscribe: { channel: 'poll:a', ...more } }))?.error?.code).toBe(107);
    }
    for (const more of [{}, { key: 'x' }]) {
      expect((await test.ask(client, { publish: { channel: 'poll:a', data: 1, ...more } }))?.error?.code).toBe(108);
    }
  });

  test('FA1 an item that cannot be sent affects neither the others nor the next round', async () => {
    const backend = new Items();
    const test = nodeOf(backend);
    const [ann, ben] = [await subscribed(test, 'poll:a'), await subscribed(test, 'poll:a')];
    await track(test, ann, 'poll:a', { x: 0 });
    await track(test, ben, 'poll:a', { y: 0 });
    const publish = test.fanout.publish.bind(test.fanout);
    test.fanout.publish = (topic, frame) => {
      if (topic.endsWith('kx')) throw new Error('injected');
      publish(topic, frame);
    };
    backend.set({ key: 'x', data: 1, version: 1 }, { key: 'y', data: 1, version: 1 });
    await test.clock.pass(1_500);
    backend.set({ key: 'y', data: 2, version: 2 });
    await test.clock.pass(2_500);
    expect(versions(ben, 'poll:a')).toEqual([
      ['y', 1],
      ['y', 2],
    ]);
  });

  test('FA1 a failing request is repeated in the next round', async () => {
    const backend = new Items();
    const test = nodeOf(backend);
    const ann = await subscribed(test, 'poll:a');
    await track(test, ann, 'poll:a', { x: 0 });
    const { admission } = test.node;
    const application = admission.application.bind(admission);
    admission.application = () => {
      throw new Error('injected');
    };
    await test.clock.pass(3_500);
    admission.application = application;
    backend.set({ key: 'x', data: 1, version: 1 });
    await test.clock.pass(2_500);
    expect(versions(ann, 'poll:a')).toEqual([['x', 1]]);
    expect(test.reported).toEqual(['poll.failed']);
  });
});
