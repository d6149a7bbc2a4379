import { describe, expect, test } from 'bun:test';
import { PLAIN, TestNode } from '../../../tests/core/node.ts';
import { RecordedTraces } from '../../../tests/core/recorded-traces.ts';
import type { AskContext, Backend, BackendAnswer, BackendEvent } from '../../ports/backend.ts';
import { Application } from '../backend/application.ts';
import { PolledChannel } from '../channels/polled-channel.ts';
import { DisconnectError } from '../disconnects.ts';

/** A backend that records the trace of each request. */
class TracedBackend implements Backend {
  readonly asked: (readonly [what: string, traceparent: string | undefined])[] = [];
  answer: (event: BackendEvent | 'poll') => Promise<unknown> = async () => ({ result: {} });

  hears(): boolean {
    return true;
  }

  ask(event: BackendEvent, _question: string, { span }: AskContext = {}): Promise<BackendAnswer> {
    this.asked.push([event, span?.context.traceparent]);
    return this.answer(event).then(answered);
  }

  poll(_url: string, _question: string, { span }: AskContext = {}): Promise<BackendAnswer> {
    this.asked.push(['poll', span?.context.traceparent]);
    return this.answer('poll').then(answered);
  }
}

const answered = (value: unknown): BackendAnswer => ({ text: JSON.stringify(value), value });

function traced() {
  const [backend, traces] = [new TracedBackend(), new RecordedTraces()];
  const world = new TestNode({
    namespaces: { asked: { options: { ...PLAIN, subscribe: 'backend' } } },
    hooks: { application: new Application(backend) },
    limits: { pingMs: 5_000, pongMs: 2_000 },
    traces,
  });
  const soon = () => Math.floor(world.clock.now() / 1_000) + 1;
  return { backend, traces, world, soon };
}

describe("OB4 the node's own requests to the backend", () => {
  test("OB4 a connection's renewal has its own span", async () => {
    const { backend, traces, world, soon } = traced();
    backend.answer = async (event) => ({ result: event === 'connect' ? { user: 'ann', expire_at: soon() } : {} });
    const client = await world.connected();
    client.send = (frame) => {
      if (frame === '{}') client.session.receive('{}');
    };
    await world.clock.pass(40_000);
    expect(backend.asked).toEqual([
      ['connect', 'connect'],
      ['refresh', 'refresh'],
    ]);
    const [span] = traces.spans.filter(({ spanId }) => spanId === 'refresh');
    expect(span?.told()).toBe('refresh, ended');
    expect(span?.attributes).toMatchObject({ 'messaging.client.id': client.session.client, 'banyan.protocol': 'cj' });
  });

  test("OB4 a subscription's renewal too; a failing backend is a failure", async () => {
    const { backend, traces, world, soon } = traced();
    backend.answer = async (event) => {
      if (event === 'sub_refresh') throw new Error('down');
      return { result: event === 'subscribe' ? { expire_at: soon() } : { user: 'ann' } };
    };
    const client = await world.connected();
    client.send = (frame) => {
      if (frame === '{}') client.session.receive('{}');
    };
    await world.ask(client, { subscribe: { channel: 'asked:a' } });
    await world.clock.pass(40_000);
    expect(backend.asked.at(-1)).toEqual(['sub_refresh', 'sub_refresh']);
    expect(traces.told()).toContain('sub_refresh, failed: the application does not answer; try again, ended');
    const [span] = traces.spans.filter(({ spanId }) => spanId === 'sub_refresh');
    expect(span?.attributes).toMatchObject({ 'messaging.destination.name': 'asked:a' });
  });

  test('BA6 a refresh that throws synchronously closes the connection, and leaves nothing behind', async () => {
    const { backend, world, soon } = traced();
    backend.answer = async () => ({ result: { user: 'ann', expire_at: soon() } });
    const client = await world.connected();
    world.node.admission.renew = () => {
      throw new DisconnectError('expired');
    };
    client.session.expire();
    await world.clock.settle();
    expect(client.closedWith).toMatchObject({ code: 3_005 });
  });

  test('OB4 each request of a shared poll is a span with the channel and the number of items', async () => {
    const traces = new RecordedTraces();
    const asked: (string | undefined)[] = [];
    const channel = new PolledChannel('polled:a', {
      namespace: { ...PLAIN, type: 'sharedPoll', pollUrl: 'http://backend.example/items' },
      fanout: { publish: () => undefined },
      protocols: [],
      now: () => 0,
      traces,
      ask: async (_url, _question, span) => {
        asked.push(span?.context.traceparent);
        return answered({ result: { items: [] } });
      },
    });
    const connection = {
      ...{ send: () => undefined, backlog: () => 0, join: () => undefined },
      ...{ leave: () => undefined, close: () => undefined },
    };
    const protocol = { name: 'p', decode: () => [], encodeReply: () => '', encodePush: () => '' };
    for (let key = 0; key < 150; key += 1) channel.track(`k${key}`, { connection, protocol }, 0);
    await channel.poll();
    expect([asked, traces.told()]).toEqual([
      ['poll', 'poll'],
      ['poll, ended', 'poll, ended'],
    ]);
    expect(traces.spans.map(({ attributes }) => attributes['messaging.batch.message_count'])).toEqual([100, 50]);
    expect(traces.spans[0]?.attributes).toMatchObject({ 'messaging.destination.name': 'polled:a' });
  });
});
