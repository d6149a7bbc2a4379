import { afterEach, describe, expect, test } from 'bun:test';
import { createHmac } from 'node:crypto';
import { RecordedTraces } from '../../../tests/core/recorded-traces.ts';
import { BackendUnavailable } from '../../ports/backend.ts';
import { HttpBackend } from './backend.ts';
import { Breaker } from './breaker.ts';

const SECRET = 'what both sides know';
type Heard = { readonly headers: Headers; readonly body: string };

const servers: Bun.Server<undefined>[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop(true))));

/** A backend that answers requests one after another, its recorded requests, and the adapter that calls it. */
function backendOf(...answers: readonly (() => Response | Promise<Response>)[]) {
  const heard: Heard[] = [];
  const server = Bun.serve({
    port: 0,
    fetch: async (request) => {
      heard.push({ headers: request.headers, body: await request.text() });
      return (answers[heard.length - 1] ?? answers.at(-1))?.() ?? Response.json({});
    },
  });
  servers.push(server);
  const url = `http://localhost:${server.port}/ask`;
  return { heard, backend: new HttpBackend({ urls: { connect: url, rpc: url }, secret: SECRET, timeoutMs: 200 }) };
}

const broken = () => new Response('', { status: 500 });
const fine = () => Response.json({ result: {} });
const fails = (asked: Promise<unknown>) => expect(asked).rejects.toBeInstanceOf(BackendUnavailable);

describe('BA a backend behind HTTP', () => {
  test('BA2 receives signed requests, with the event and a delivery id', async () => {
    const { heard, backend } = backendOf(fine);
    expect(await backend.ask('connect', '{"client":"c"}')).toEqual({ text: '{"result":{}}', value: { result: {} } });
    const [{ headers, body }] = heard as [Heard];
    expect([body, headers.get('x-banyan-event')]).toEqual(['{"client":"c"}', 'connect']);
    const [, seconds, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers.get('x-banyan-signature') ?? '') ?? [];
    expect(signature).toBe(createHmac('sha256', SECRET).update(`${seconds}.${body}`).digest('hex'));
  });

  test('OB4 receives the trace of a poll, as of any other request', async () => {
    const { heard, backend } = backendOf(fine);
    const url = `http://localhost:${servers.at(-1)?.port}/poll`;
    const span = new RecordedTraces().begin('poll');
    await backend.poll(url, '{}', { span });
    expect(heard[0]?.headers.get('traceparent')).toBe('POST');
  });

  test('BA3 is retried for events without side effects, as the same delivery', async () => {
    const { heard, backend } = backendOf(broken, fine);
    expect(await backend.ask('connect', '{}')).toMatchObject({ value: { result: {} } });
    const [first, second] = heard.map(({ headers }) => headers.get('x-banyan-delivery'));
    expect(second).toBe(first as string);
  });

  test('BA3 is not retried for events with side effects', async () => {
    const { heard, backend } = backendOf(broken, fine);
    await fails(backend.ask('rpc', '{}'));
    expect(heard.length).toBe(1);
  });

  test('BA4 must answer in time, with JSON of a bounded size, without redirects', async () => {
    const answers = [
      () => new Promise<Response>(() => undefined),
      () => new Response('no JSON'),
      () => Response.json('x'.repeat(300_000)),
      () => Response.redirect('/elsewhere', 307),
    ];
    for (const answer of answers) {
      const { heard, backend } = backendOf(answer);
      await fails(backend.ask('rpc', '{}'));
      expect(heard.length).toBe(1);
    }
  });

  test('is not called without an address', async () => {
    const { backend } = backendOf(fine);
    expect([backend.hears('connect'), backend.hears('publish')]).toEqual([true, false]);
    await fails(backend.ask('publish', '{}'));
  });
});

describe('BA5 the breaker', () => {
  const fail = () => Promise.reject(new Error('down'));
  let asked = 0;
  const ask = async () => {
    asked += 1;
    return 'answer';
  };

  test('stops requests after failures in a row for a while, and then lets one probe through', async () => {
    let now = 0;
    const breaker = new Breaker({ failures: 2, pauseMs: 100, atOnce: 9, now: () => now });
    await expect(breaker.run(fail)).rejects.toThrow('down');
    expect(await breaker.run(ask)).toBe('answer');
    for (let left = 2; left > 0; left -= 1) await expect(breaker.run(fail)).rejects.toThrow('down');
    asked = 0;
    await fails(breaker.run(ask));
    now = 100;
    const probe = Promise.withResolvers<string>();
    const probing = breaker.run(() => probe.promise);
    await fails(breaker.run(ask));
    probe.reject(new Error('still down'));
    await expect(probing).rejects.toThrow('still down');
    await fails(breaker.run(ask));
    expect(asked).toBe(0);
    now = 200;
    expect([await breaker.run(ask), await breaker.run(ask)]).toEqual(['answer', 'answer']);
  });

  test('limits concurrent requests', async () => {
    const breaker = new Breaker({ failures: 2, pauseMs: 100, atOnce: 1, now: () => 0 });
    const first = Promise.withResolvers<string>();
    const waiting = breaker.run(() => first.promise);
    await fails(breaker.run(ask));
    first.resolve('at last');
    expect(await waiting).toBe('at last');
  });
});
