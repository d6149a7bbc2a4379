import { describe, expect, test } from 'bun:test';
import { PLAIN, TestNode } from '../../../tests/core/node.ts';
import proxy from '../../../tests/interop/centrifugo/proxy.json';
import { checkShape } from '../../../tests/interop/centrifugo/shapes.ts';
import { type Backend, type BackendAnswer, type BackendEvent, BackendUnavailable } from '../../ports/backend.ts';
import { JsonText } from '../text/raw-json.ts';
import { Application } from './application.ts';

/** A backend that responds as given, and records its requests. */
class SaidBackend implements Backend {
  readonly asked: [event: BackendEvent, question: string][] = [];
  readonly answers = new Map<BackendEvent, unknown>();

  hears(event: BackendEvent): boolean {
    return this.answers.has(event);
  }

  poll(): Promise<BackendAnswer> {
    return Promise.reject(new BackendUnavailable('nothing is polled here'));
  }

  async ask(event: BackendEvent, question: string): Promise<BackendAnswer> {
    this.asked.push([event, question]);
    const answer = this.answers.get(event);
    if (answer instanceof Error) throw answer;
    const text = answer instanceof JsonText ? answer.text : JSON.stringify(answer);
    return { text, value: JSON.parse(text) };
  }
}

const SEEN_TO = { ...PLAIN, publish: 'backend', subscribe: 'backend' } as const;

function nodeOf(backend: SaidBackend): TestNode {
  return new TestNode({
    namespaces: { asked: { options: SEEN_TO } },
    hooks: { application: new Application(backend), operates: (name) => name.startsWith('chat.') },
    limits: { anonymous: false },
  });
}

const seconds = (test: TestNode, ahead: number) => Math.floor(test.clock.now() / 1_000) + ahead;
/** The client answers pings meanwhile. */
async function alive(test: TestNode, client: ReturnType<TestNode['open']>, secondsOn: number): Promise<void> {
  for (let left = secondsOn; left > 0; left -= 1) {
    await test.clock.pass(1_000);
    if (client.closedWith === undefined) client.session.receive('{}');
  }
}

const MALFORMED: readonly unknown[] = [
  ...[null, 'yes', [], { result: 1 }, { result: { user: 5 } }, { result: { user: 'x'.repeat(300) } }],
  ...[{ result: { user: 'ann', expire_at: -1 } }, { error: { code: 0, message: 'none' } }, { disconnect: { code: 1 } }],
  new BackendUnavailable('down'),
];

describe('BA the application', () => {
  test('BA1 an invalid response is a temporary error, and the client cannot connect', async () => {
    for (const answer of MALFORMED) {
      const backend = new SaidBackend();
      backend.answers.set('connect', answer);
      const test = nodeOf(backend);
      const reply = await test.ask(test.open(), { connect: {} });
      expect([answer, reply?.error?.code, reply?.error?.temporary]).toEqual([answer, 100, true]);
    }
  });

  test('BA1 an empty response grants nothing', async () => {
    const backend = new SaidBackend();
    backend.answers.set('connect', {});
    const test = nodeOf(backend);
    expect((await test.ask(test.open(), { connect: {} }))?.error?.code).toBe(103);
  });

  test('BA1 it may admit anonymous clients that settings would refuse', async () => {
    const backend = new SaidBackend();
    backend.answers.set('connect', { result: {} });
    const test = nodeOf(backend);
    expect((await test.ask(test.open(), { connect: {} }))?.connect).toBeDefined();
  });

  test('BA6 is asked when a connection expires, and it continues or is closed', async () => {
    const backend = new SaidBackend();
    const test = nodeOf(backend);
    backend.answers.set('connect', { result: { user: 'ann', expire_at: seconds(test, 1) } });
    backend.answers.set('refresh', { result: { expire_at: seconds(test, 60) } });
    const client = test.open();
    const reply = await test.ask(client, { connect: {} });
    expect(reply?.connect).not.toHaveProperty('ttl');
    const pass = async (secondsOn: number) => {
      for (let left = secondsOn; left > 0; left -= 1) {
        await test.clock.pass(1_000);
        client.session.receive('{}');
      }
    };
    await pass(60);
    expect(backend.asked.map(([event]) => event)).toEqual(['connect', 'refresh']);
    expect(client.closedWith).toBeUndefined();
    backend.answers.set('refresh', { result: { expired: true } });
    await pass(60);
    expect(client.closedWith?.code).toBe(3_005);
  });

  test('BA6 is asked when a subscription expires, and it continues or ends', async () => {
    const backend = new SaidBackend();
    const test = nodeOf(backend);
    backend.answers.set('connect', { result: { user: 'ann' } });
    backend.answers.set('subscribe', { result: { expire_at: seconds(test, 1), info: { seat: 1 } } });
    backend.answers.set('sub_refresh', { result: { expire_at: seconds(test, 60) } });
    const client = test.open();
    await test.ask(client, { connect: {} });
    const reply = await test.ask(client, { subscribe: { channel: 'asked:a' } });
    expect(reply?.subscribe).not.toHaveProperty('ttl');
    const pass = async (secondsOn: number) => {
      for (let left = secondsOn; left > 0; left -= 1) {
        await test.clock.pass(1_000);
        client.session.receive('{}');
      }
    };
    await pass(60);
    expect(backend.asked.map(([event]) => event)).toEqual(['connect', 'subscribe', 'sub_refresh']);
    expect(client.session.subscriptions.infoIn('asked:a').chanInfo).toBe('{"seat":1}');
    backend.answers.set('sub_refresh', { result: { expired: true } });
    await pass(60);
    expect(client.session.subscriptions.has('asked:a')).toBe(false);
    expect(client.pushes('asked:a').at(-1)).toMatchObject({ unsubscribe: { code: 2_501 } });
  });

  // refresh_handler.go and sub_refresh_handler.go of Centrifugo's internal/proxy, and RefreshRequest, SubRefreshRequest.
  test('BA9 requests on expiry have the fields of their messages, and responses may change the info', async () => {
    const backend = new SaidBackend();
    const test = nodeOf(backend);
    const end = seconds(test, 1);
    backend.answers.set('connect', { result: { user: 'ann', expire_at: end, meta: { plan: 'free' } } });
    backend.answers.set('subscribe', { result: { expire_at: end } });
    backend.answers.set('refresh', { result: { info: { name: 'Ann' }, meta: { plan: 'paid' } } });
    backend.answers.set('sub_refresh', { result: { b64info: btoa('{"seat":2}') } });
    const client = test.open();
    await test.ask(client, { connect: {} });
    await test.ask(client, { subscribe: { channel: 'asked:a' } });
    await alive(test, client, 60);
    for (const [event, message] of [
      ['refresh', 'RefreshRequest'],
      ['sub_refresh', 'SubRefreshRequest'],
    ] as const) {
      const question = backend.asked.findLast(([each]) => each === event)?.[1] ?? '{}';
      const { address, user_kind, ...theirs } = JSON.parse(question);
      expect([typeof address, user_kind]).toEqual(['string', 'external']);
      checkShape(proxy, message, theirs);
      expect(Object.keys(theirs)).toContain('meta');
    }
    expect(client.session.info.connInfo).toBe('{"name":"Ann"}');
    expect(client.session.meta).toBe('{"plan":"paid"}');
    expect(client.session.subscriptions.infoIn('asked:a').chanInfo).toBe('{"seat":2}');
  });

  test('BA9 an unavailable backend on expiry ends nothing: it is asked again a minute later', async () => {
    const backend = new SaidBackend();
    const test = nodeOf(backend);
    const end = seconds(test, 1);
    backend.answers.set('connect', { result: { user: 'ann', expire_at: end } });
    backend.answers.set('subscribe', { result: { expire_at: end } });
    for (const event of ['refresh', 'sub_refresh'] as const) backend.answers.set(event, new BackendUnavailable('down'));
    const client = test.open();
    await test.ask(client, { connect: {} });
    await test.ask(client, { subscribe: { channel: 'asked:a' } });
    await alive(test, client, 60);
    expect(client.closedWith).toBeUndefined();
    expect(client.session.subscriptions.has('asked:a')).toBe(true);
    for (const event of ['refresh', 'sub_refresh'] as const) backend.answers.set(event, { result: { expired: true } });
    await alive(test, client, 120);
    expect(client.closedWith?.code).toBe(3_005);
    const asked = backend.asked.map(([event]) => event);
    expect(asked.filter((event) => event === 'refresh')).toHaveLength(2);
    expect(asked.filter((event) => event === 'sub_refresh').length).toBeGreaterThanOrEqual(1);
  });

  test("receives the client's data as written", async () => {
    const backend = new SaidBackend();
    backend.answers.set('connect', { result: { user: 'ann' } });
    const test = nodeOf(backend);
    test.open().session.receive('{"id":1,"connect":{"data":{"n": 12345678901234567890}}}');
    await test.clock.settle();
    expect(backend.asked[0]?.[1]).toContain(',"data":{"n": 12345678901234567890}}');
  });

  test('JS1 its response is passed on as written', async () => {
    const odd = '{"id":9007199254740993,"price":1.10,"2":0,"1":1e400,"id":1}';
    const backend = new SaidBackend();
    const said = (result: string) => new JsonText(`{"result":{"user":"ann",${result}}}`);
    backend.answers.set('connect', said(`"info":${odd}`));
    backend.answers.set('subscribe', said(`"info":${odd}`));
    backend.answers.set('publish', said(`"data": ${odd}`));
    backend.answers.set('rpc', said(`"data":${odd}`));
    const test = nodeOf(backend);
    const client = test.open();
    const raw: string[] = [];
    const send = client.send.bind(client);
    client.send = (frame) => {
      raw.push(String(frame));
      send(frame);
    };
    await test.ask(client, { connect: {} });
    await test.ask(client, { subscribe: { channel: 'asked:a' } });
    expect(client.session.subscriptions.infoIn('asked:a')).toMatchObject({ connInfo: odd, chanInfo: odd });
    await test.ask(client, { publish: { channel: 'asked:a', data: 1 } });
    await test.ask(client, { rpc: { method: 'price', data: 1 } });
    expect(raw.find((frame) => frame.includes('"pub"'))).toContain(`"data":${odd}`);
    expect(raw.at(-1)).toContain(`"rpc":{"data":${odd}}`);
    client.session.receive(`{"id":99,"rpc":{"method":"price","data": ${odd} }}`);
    await test.clock.settle();
    expect(backend.asked.at(-1)?.[1]).toContain(`"data":${odd}}`);
  });

  test('PE1 without an address what it decides is refused', async () => {
    const test = nodeOf(new SaidBackend());
    await expect(test.node.permissions.check({ kind: 'anonymous' }, 'subscribe', 'asked:a')).rejects.toThrow();
  });
});
