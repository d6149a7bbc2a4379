import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { startHaltingLine } from '../servers/halting-line.ts';
import { until } from './until.ts';
import { centrifugeWays } from './ways/centrifuge.ts';
import { plainWays } from './ways/plain-http.ts';
import { PUSHER_APPS, pusherWay } from './ways/pusher.ts';
import { socketIoWays } from './ways/socketio.ts';
import type { Heard, Way } from './ways/way.ts';

const TOKEN = 'a-token-for-prometheus-alone';
const PADDING = 'x'.repeat(20_000);
/** A plain poll requests as much as it can take, so such a client is never too slow. */
const WAYS: readonly Way[] = [...centrifugeWays, ...plainWays.slice(0, 1), ...socketIoWays, pusherWay];

let server: BanyanProcess;
beforeAll(async () => {
  server = await startBanyan({
    ...{ BANYAN_CLIENT_INSECURE: 'true', BANYAN_METRICS_TOKEN: TOKEN },
    BANYAN_PUSHER_APPS: JSON.stringify(PUSHER_APPS),
  });
});
afterAll(() => server.stop());

async function tooSlow(): Promise<number> {
  const answer = await fetch(`${server.url}/metrics`, { headers: { Authorization: `Bearer ${TOKEN}` } });
  const counted = /^banyan_disconnects_total\{reason="slow"\} (\d+)$/m.exec(await answer.text());
  return Number(counted?.[1] ?? 0);
}

async function publish(channel: string, number: number, padding = PADDING): Promise<void> {
  const body = JSON.stringify({ number, padding });
  const answer = await fetch(`${server.url}/publish?channel=${channel}`, { method: 'POST', body });
  if (!answer.ok) throw new Error(await answer.text());
}

const numbersOf = (heard: readonly Heard[]) => heard.map(([, data]) => (data as { readonly number: number }).number);

describe('SL1 a client on a slow connection', () => {
  test.each(WAYS.map((way, index) => [way.name, way, index] as const))(
    'reconnects by itself, and has missed nothing: %s',
    async (_name, way, index) => {
      const channel = `log:slow-${index}`;
      const line = await startHaltingLine(server.url);
      const party = await way.join({ ...server, url: line.url }, channel);
      const before = await tooSlow();
      line.halt();
      let last = 0;
      for (; (await tooSlow()) === before; last += 1) await publish(channel, last + 1);
      line.goOn();
      const { heard = [] } = party;
      // Pusher has no recovery: events published before it reconnected are lost to it.
      for (const isThere = () => numbersOf(heard).includes(last); !isThere(); await Bun.sleep(100)) {
        last += 1;
        await publish(channel, last, '');
        await Bun.sleep(50);
      }
      await until(() => numbersOf(heard).at(-1) === last);
      const all = Array.from({ length: last }, (_, at) => at + 1);
      if (way === pusherWay) expect(numbersOf(heard)).toEqual(all.filter((each) => numbersOf(heard).includes(each)));
      else expect(numbersOf(heard)).toEqual(all);
      party.leave();
      line.close();
    },
    30_000,
  );
});
