import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { centrifugeWays } from './ways/centrifuge.ts';
import { plainWays } from './ways/plain-http.ts';
import { PUSHER_APPS, pusherWay } from './ways/pusher.ts';
import { serverApi } from './ways/server-api.ts';
import { socketIoWays } from './ways/socketio.ts';
import { API_KEY, type Heard, type Party, type Way } from './ways/way.ts';

/** Every client; each exchanges messages with all others. */
const WAYS: readonly Way[] = [...centrifugeWays, ...plainWays, pusherWay, ...socketIoWays, serverApi];

/** JSON values that a protocol could mangle. */
const DATA: readonly unknown[] = [
  { text: 'äöü 你好 🌳 \u2028 "quoted" \\ \n', n: 1.5, list: [null, true, [], {}] },
  'a text',
  0,
  null,
  [1, [2, [3]]],
];

let server: BanyanProcess;
beforeAll(async () => {
  server = await startBanyan({
    BANYAN_CLIENT_INSECURE: 'true',
    BANYAN_API_KEYS: API_KEY,
    BANYAN_PUSHER_APPS: JSON.stringify(PUSHER_APPS),
  });
});
afterAll(() => server.stop());

type Named = Party & { readonly name: string };

async function joinAll(channel: string): Promise<readonly Named[]> {
  return Promise.all(WAYS.map(async (way) => ({ ...(await way.join(server, channel)), name: way.name })));
}

/** What each listener has received, by name, once all have received this many. */
async function heardByAll(parties: readonly Named[], count: number): Promise<Record<string, readonly Heard[]>> {
  const listeners = parties.flatMap(({ name, heard }) => (heard === undefined ? [] : [{ name, heard }]));
  const deadline = Date.now() + 30_000;
  while (listeners.some(({ heard }) => heard.length < count) && Date.now() < deadline) await Bun.sleep(5);
  return Object.fromEntries(listeners.map(({ name, heard }) => [name, [...heard]]));
}

const everyone = (parties: readonly Named[], heard: readonly Heard[]) =>
  Object.fromEntries(parties.flatMap((party) => (party.heard === undefined ? [] : [[party.name, heard]])));

describe.each(['log', 'demo'])('one channel of %s:, all clients', (namespace) => {
  test.each(WAYS.map(({ name }, index) => [name, index] as const))(
    'OR2 all receive what %s publishes',
    async (_name, index) => {
      const parties = await joinAll(`${namespace}:one-${index}`);
      const speaker = parties[index];
      if (speaker?.say !== undefined) {
        for (const data of DATA) await speaker.say(data);
        const expected = DATA.map((data, at): Heard => [at + 1, data]);
        expect(await heardByAll(parties, DATA.length)).toEqual(everyone(parties, expected));
      }
      for (const party of parties) party.leave();
    },
  );

  test('OR1 OR2 all receive the same, in the same order, with the same offsets, when all publish at once', async () => {
    const channel = `${namespace}:together`;
    const parties = await joinAll(channel);
    const speakers = parties.flatMap(({ say, name }) => (say === undefined ? [] : [{ say, name }]));
    const turns = speakers.flatMap(({ say, name }) => Array.from({ length: 10 }, (_, n) => ({ say, data: [name, n] })));
    await Promise.all(turns.map(({ say, data }) => say(data)));
    const heard = await heardByAll(parties, turns.length);
    const [first = []] = Object.values(heard);
    expect(first.map(([offset]) => offset)).toEqual(turns.map((_, index) => index + 1));
    expect(new Set(first.map(([, data]) => String(data))).size).toBe(turns.length);
    expect(heard).toEqual(everyone(parties, first));
    for (const party of parties) party.leave();
  });
});
