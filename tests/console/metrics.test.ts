import { describe, expect, test } from 'bun:test';
import { METRICS_CHANNEL, type MetricsSample, REMEMBERED_SECONDS } from '../../src/contracts/console/events.ts';
import { Installation, OWNER, principalOf } from './installation.ts';

type Answer = {
  readonly at: readonly number[];
  readonly measures: Readonly<Record<string, readonly (number | null)[]>>;
  readonly disconnects: readonly { readonly reason: string; readonly count: number }[];
};

const listen = { subscribe: { channel: METRICS_CHANNEL } };

describe("the console's metrics", () => {
  test('CN6 cover the time before the first viewer, and are bounded', async () => {
    const installation = new Installation();
    for (let second = 0; second < REMEMBERED_SECONDS + 20; second += 1) await installation.second();
    await installation.nodes.subscribed('log:a');
    await installation.second();
    const { at, measures } = await installation.call<Answer>('metrics');
    expect(at).toHaveLength(REMEMBERED_SECONDS);
    expect(at.at(-1)).toBe(installation.nodes.clock.now());
    expect(measures.connections).toHaveLength(REMEMBERED_SECONDS);
    expect(measures.subscriptions?.at(-1)).toBe(1);
    expect(measures.residentBytes?.at(-1)).toBe(5_000_000);
    expect(measures.lagMs?.at(-1)).toBe(4);
  });

  test('give counts and durations per second, and nothing for idle seconds', async () => {
    const installation = new Installation();
    await installation.nodes.subscribed('log:a');
    await installation.second();
    await installation.nodes.publish('log:a', 1, 3);
    await installation.second();
    const { measures } = await installation.call<Answer>('metrics');
    expect(measures.publications?.slice(-2)).toEqual([0, 3]);
    expect(measures.deliveries?.slice(-2)).toEqual([0, 3]);
    expect(measures.deliveryP50?.at(-2)).toBeNull();
    expect(measures.deliveryP99?.at(-1)).toBeLessThanOrEqual(1);
    expect(measures.appendP50?.at(-1)).toBeLessThanOrEqual(1);
    for (let second = 0; second < 12; second += 1) await installation.second();
    expect((await installation.call<Answer>('metrics')).measures.deliveryP50?.at(-1)).toBeNull();
  });

  test('count errors, and disconnects by reason', async () => {
    const installation = new Installation();
    await installation.second();
    installation.counts.push(
      { name: 'banyan_disconnects_total', labels: { reason: 'slow' }, value: 2 },
      { name: 'banyan_command_errors_total', labels: { error: 'badRequest' }, value: 3 },
      { name: 'banyan_http_requests_total', labels: { status: '503' }, value: 1 },
      { name: 'banyan_http_requests_total', labels: { status: '200' }, value: 9 },
    );
    await installation.second();
    await installation.second();
    const { measures, disconnects } = await installation.call<Answer>('metrics');
    expect(measures.errors?.slice(-2)).toEqual([4, 0]);
    expect(disconnects).toEqual([expect.objectContaining({ reason: 'slow', count: 2 })]);
  });

  test('CN6 are pushed once a second to a viewing owner, who is not counted as a subscriber, and otherwise to nobody', async () => {
    const installation = new Installation();
    await installation.second();
    expect(installation.nodes.node.publications).toBe(0);
    const owner = await installation.connect(OWNER);
    await installation.nodes.ask(owner, listen);
    for (let second = 0; second < 3; second += 1) await installation.second();
    const samples = owner.published(METRICS_CHANNEL) as MetricsSample[];
    expect(samples).toHaveLength(3);
    expect(samples.map(({ measures }) => [measures.publications, measures.deliveries])).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    owner.hangUp();
    await installation.second();
    expect(installation.nodes.node.publications).toBe(3);
  });

  test.each(['admin', 'member', 'guest'] as const)('CN1 are not available to the role %s', async (role) => {
    const installation = new Installation();
    const client = await installation.connect(principalOf('u-x', role));
    expect((await installation.nodes.ask(client, listen))?.error?.code).toBe(103);
    const owner = await installation.connect(OWNER);
    const other = { subscribe: { channel: 'console:other' } };
    expect((await installation.nodes.ask(owner, other))?.error?.code).toBe(103);
    const publish = { publish: { channel: METRICS_CHANNEL, data: {} } };
    expect((await installation.nodes.ask(owner, publish))?.error?.code).toBe(103);
  });
});
