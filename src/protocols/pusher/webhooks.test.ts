import { describe, expect, test } from 'bun:test';
import { HandClock } from '../../../tests/core/hand-clock.ts';
import { digests } from '../../adapters/bun/digests.ts';
import type { AppSettings, Webhook } from '../../core/app-settings.ts';
import type { Post } from '../../ports/web-client.ts';
import { PusherApp } from './app.ts';
import { WebhookOutlet } from './webhooks.ts';

/** An outlet whose address answers as told; by default well. */
function outletOf(answer: (attempt: number) => number | Error = () => 200, hook: Partial<Webhook> = {}) {
  const clock = new HandClock();
  const settings = { key: 'key', secret: 'secret', id: 'a', clientEventsPerSecond: 1 } as AppSettings;
  const app = new PusherApp(settings, { digests, clock });
  const posted: Post[] = [];
  const dropped: unknown[] = [];
  const outlet = new WebhookOutlet(
    app,
    { url: 'http://hook/', ...hook },
    {
      clock,
      telemetry: { count: () => undefined, record: (_level, _event, fields) => void dropped.push(fields?.count) },
      webClient: {
        post: async (request) => {
          posted.push(request);
          const outcome = answer(posted.length);
          if (outcome instanceof Error) throw outcome;
          return outcome;
        },
      },
    },
  );
  return { outlet, clock, posted, dropped };
}

const event = (channel: string) => ({ name: 'channel_occupied', channel });
const channelsOf = ({ body }: Post) => (JSON.parse(body).events as { channel: string }[]).map(({ channel }) => channel);

describe('PU9 a webhook', () => {
  test('is told of what happens together in one signed request', async () => {
    const { outlet, clock, posted } = outletOf();
    outlet.tell(event('a'));
    outlet.tell(event('b'));
    await clock.pass(50);
    expect(posted.map(channelsOf)).toEqual([['a', 'b']]);
    expect(posted[0]?.headers).toMatchObject({
      'X-Pusher-Key': 'key',
      'X-Pusher-Signature': digests.hmacSha256('secret', posted[0]?.body ?? ''),
    });
  });

  test('is told of nothing that it was not asked about', async () => {
    const { outlet, clock, posted } = outletOf(undefined, { events: ['cache_miss'] });
    outlet.tell(event('a'));
    await clock.pass(1_000);
    expect(posted).toEqual([]);
  });

  test.each([
    ['refuses', () => 500],
    ['redirects', () => 302],
    ['cannot be reached', () => new Error('no route')],
  ])('that %s is tried for five minutes, then the next ones have their turn', async (_what, failure) => {
    const { outlet, clock, posted, dropped } = outletOf((attempt) => (attempt <= 11 ? failure() : 200));
    outlet.tell(event('a'));
    await clock.pass(1_000);
    outlet.tell(event('b'));
    await clock.pass(299_000);
    expect(new Set(posted.map(({ body }) => body)).size).toBe(1);
    expect(dropped).toEqual([]);
    await clock.pass(10_000);
    expect(dropped).toEqual([1]);
    expect(channelsOf(posted.at(-1) as Post)).toEqual(['b']);
    expect(posted).toHaveLength(12);
  });

  test('that does not keep up loses the oldest, and it is said how many', async () => {
    const { outlet, clock, posted, dropped } = outletOf();
    for (let number = 0; number < 10_001; number += 1) outlet.tell(event(String(number)));
    await clock.pass(50);
    expect(dropped).toEqual([500]);
    expect(posted.flatMap(channelsOf)).toEqual(Array.from({ length: 9_501 }, (_, index) => String(index + 500)));
  });
});
