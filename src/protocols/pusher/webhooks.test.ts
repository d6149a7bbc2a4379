import { describe, expect, test } from 'bun:test';
import { HandClock } from '../../../tests/core/hand-clock.ts';
import { digests } from '../../adapters/bun/digests.ts';
import { MemoryWorkLog } from '../../adapters/memory/work-log.ts';
import type { AppSettings, Webhook } from '../../contracts/app-settings.ts';
import type { Worker } from '../../core/jobs/job-consumer.ts';
import { Jobs } from '../../core/jobs/jobs.ts';
import type { Post } from '../../ports/web-client.ts';
import { PusherApp } from './app.ts';
import { deliver, WEBHOOK_PAUSES, WEBHOOK_QUEUE, WebhookOutlet } from './webhooks.ts';

const ADDRESS = 'http://hook/';

/** An outlet whose address responds as given; successfully by default. */
async function outletOf(answer: (attempt: number) => number | Error = () => 200, hook: Partial<Webhook> = {}) {
  const clock = new HandClock();
  const webhooks = [{ url: ADDRESS, ...hook }];
  const settings = {
    key: 'key',
    secret: 'secret',
    id: 'a',
    clientEventsPerSecond: 1,
    webhooks,
  } as unknown as AppSettings;
  const app = new PusherApp(settings, { digests, clock });
  const posted: Post[] = [];
  const dropped: unknown[] = [];
  const telemetry = {
    count: () => undefined,
    record: (_level: string, event: string, fields: { count?: unknown } = {}) => {
      if (event === 'webhook.dropped') dropped.push(fields.count);
    },
  };
  const jobs = new Jobs({ log: new MemoryWorkLog(), clock, telemetry });
  const apps = new Map([['a', app]]);
  const post = async (request: Post) => {
    posted.push(request);
    const outcome = answer(posted.length);
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  const worker: Worker = (work) => deliver(work, { appOf: (id) => apps.get(id), webClient: { post } });
  jobs.handle(WEBHOOK_QUEUE, { worker, retry: { attempts: 11, ...WEBHOOK_PAUSES } });
  await jobs.start();
  const disk = { full: false, broken: false };
  const add: Jobs['add'] = (works) => {
    if (disk.broken) throw new Error('injected');
    return disk.full ? Promise.reject(new Error('disk full')) : jobs.add(works);
  };
  const outlet = new WebhookOutlet(app, webhooks[0] as Webhook, { clock, telemetry, outbox: { add } });
  return { outlet, clock, posted, dropped, jobs, app, apps, disk };
}

const event = (channel: string) => ({ name: 'channel_occupied', channel });
const channelsOf = ({ body }: Post) => (JSON.parse(body).events as { channel: string }[]).map(({ channel }) => channel);

describe('PU9 a webhook', () => {
  test('FA6 delivers later what could not be stored, also if that threw', async () => {
    const { outlet, clock, posted, disk } = await outletOf();
    disk.broken = true;
    outlet.tell(event('a'));
    await clock.pass(5_000);
    outlet.tell(event('b'));
    disk.broken = false;
    await clock.pass(2_000);
    expect(posted.map(channelsOf)).toEqual([['a', 'b']]);
  });

  test('combines simultaneous events in one signed request', async () => {
    const { outlet, clock, posted } = await outletOf();
    outlet.tell(event('a'));
    outlet.tell(event('b'));
    await clock.settle();
    expect(posted.map(channelsOf)).toEqual([['a', 'b']]);
    expect(posted[0]?.headers).toMatchObject({
      'X-Pusher-Key': 'key',
      'X-Pusher-Signature': digests.hmacSha256('secret', posted[0]?.body ?? ''),
    });
    outlet.tell(event('c'));
    outlet.tell(event('d'));
    await clock.settle();
    expect(posted).toHaveLength(1);
    await clock.pass(50);
    expect(posted.slice(1).map(channelsOf)).toEqual([['c', 'd']]);
  });

  test('is not sent events it is not subscribed to', async () => {
    const { outlet, clock, posted } = await outletOf(undefined, { events: ['cache_miss'] });
    outlet.tell(event('a'));
    await clock.pass(1_000);
    expect(posted).toEqual([]);
    outlet.change({ url: ADDRESS });
    outlet.tell(event('b'));
    await clock.pass(1_000);
    expect(posted.map(channelsOf)).toEqual([['b']]);
  });

  test.each([
    ['refuses', () => 500],
    ['redirects', () => 302],
    ['cannot be reached', () => new Error('no route')],
  ])(
    'that %s is retried for about five minutes with the same delivery, then the next ones follow',
    async (_what, failure) => {
      const { outlet, clock, posted, jobs } = await outletOf((attempt) => (attempt <= 11 ? failure() : 200));
      outlet.tell(event('a'));
      await clock.pass(1_000);
      outlet.tell(event('b'));
      await clock.pass(200_000);
      expect(new Set(posted.map(({ body }) => body)).size).toBe(1);
      expect(new Set(posted.map(({ headers }) => headers['X-Banyan-Delivery'])).size).toBe(1);
      expect(jobs.deadLetters.total.works).toBe(0);
      await clock.pass(200_000);
      expect(jobs.deadLetters.total.works).toBe(1);
      expect(channelsOf(posted.at(-1) as Post)).toEqual(['b']);
      expect(posted).toHaveLength(12);
      await jobs.deadLetters.retryAll();
      await clock.settle();
      expect(posted.slice(12).map(({ body }) => body)).toEqual([posted[0]?.body as string]);
    },
  );

  test("is signed with the app's current secret", async () => {
    const { outlet, clock, posted, app } = await outletOf((attempt) => (attempt === 1 ? 500 : 200));
    outlet.tell(event('a'));
    await clock.settle();
    app.change({ ...app.settings, secret: 'another' });
    await clock.pass(2_000);
    const [, second] = posted;
    expect(second?.headers['X-Pusher-Signature']).toBe(digests.hmacSha256('another', second?.body ?? ''));
  });

  test('is not sent once it, or its app, was removed: it becomes a dead letter at once', async () => {
    const { outlet, clock, posted, app, apps, jobs } = await outletOf();
    app.change({ ...app.settings, webhooks: [] });
    outlet.tell(event('a'));
    await clock.pass(100);
    apps.clear();
    outlet.tell(event('b'));
    await clock.pass(100);
    const { deadLetters: letters } = await jobs.deadLetters.page(undefined, 9);
    expect([posted, letters.map(({ reason }) => reason)]).toEqual([
      [],
      ['the app is gone', 'the app has no such webhook any more'],
    ]);
  });

  test('sends many events in requests of a bounded size', async () => {
    const { outlet, clock, posted } = await outletOf();
    const events = Array.from({ length: 1_200 }, (_, index) => event(String(index)));
    for (const each of events) outlet.tell(each);
    outlet.tell({ ...event('big'), data: 'x'.repeat(200_000) });
    outlet.tell({ ...event('bigger'), data: 'x'.repeat(300_000) });
    await clock.pass(1_000);
    expect(posted.map((each) => channelsOf(each).length)).toEqual([500, 500, 201, 1]);
    expect(posted.flatMap(channelsOf)).toEqual([...events.map(({ channel }) => channel), 'big', 'bigger']);
  });

  test('sends in order what could not be stored at first', async () => {
    const { outlet, clock, posted, disk } = await outletOf();
    disk.full = true;
    outlet.tell(event('a'));
    await clock.pass(500);
    outlet.tell(event('b'));
    await clock.pass(5_000);
    expect(posted).toEqual([]);
    disk.full = false;
    await clock.pass(1_000);
    expect(posted.flatMap(channelsOf)).toEqual(['a', 'b']);
  });

  test('drops the oldest events if nothing can be stored for long, and reports how many', async () => {
    const { outlet, clock, posted, disk, dropped } = await outletOf();
    disk.full = true;
    for (let number = 0; number < 10_001; number += 1) outlet.tell(event(String(number)));
    await clock.pass(50);
    expect(dropped).toEqual([500]);
    disk.full = false;
    await clock.pass(5_000);
    expect(posted.flatMap(channelsOf)).toEqual(Array.from({ length: 9_501 }, (_, index) => String(index + 500)));
  });

  test('is stored before a stop', async () => {
    const { outlet, jobs } = await outletOf(() => 500);
    outlet.tell(event('a'));
    await outlet.settled();
    expect(jobs.waiting).toBe(1);
  });
});
