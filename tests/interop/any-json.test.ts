import { afterAll, beforeAll, expect, test } from 'bun:test';
import { io, type Socket } from 'socket.io-client';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { Random } from '../simulation/random.ts';
import { centrifugeWays } from './ways/centrifuge.ts';
import { plainWays } from './ways/plain-http.ts';
import { PUSHER_APPS, pusherWay } from './ways/pusher.ts';
import { serverApi } from './ways/server-api.ts';
import { socketIoWays } from './ways/socketio.ts';
import { API_KEY, type Way } from './ways/way.ts';

const WAYS: readonly Way[] = [...centrifugeWays, ...plainWays, pusherWay, ...socketIoWays, serverApi];
const ROUNDS = 25;
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);

let server: BanyanProcess;
let reader: Socket;
beforeAll(async () => {
  server = await startBanyan({
    BANYAN_CLIENT_INSECURE: 'true',
    BANYAN_API_KEYS: API_KEY,
    BANYAN_PUSHER_APPS: JSON.stringify(PUSHER_APPS),
  });
  reader = io(server.url, { forceNew: true });
});
afterAll(async () => {
  reader.disconnect();
  await server.stop();
});

/** JSON with what some protocol could take for its own, or for the end of something. */
function anyValue(random: Random, depth: number): unknown {
  const kind = random.between(0, depth === 0 ? 4 : 8);
  if (kind === 0) return { $binary: random.pick(['', 'AA==', 'AQI=', 'A', '%%']) };
  if (kind === 1) return { _placeholder: random.pick([true, false, 1, 'true']), num: random.between(-1, 2) };
  if (kind <= 4) {
    const texts = [
      '',
      '\ud800',
      'a\r\n\ndata: x',
      '\u2028\u0000\u001e',
      '{"$binary":"AA=="}',
      'pusher:error',
      '42["x"]',
    ];
    return random.pick([null, true, 0, -1.5, 1e300, Number.MAX_SAFE_INTEGER, ...texts]);
  }
  const values = Array.from({ length: random.between(0, 4) }, () => anyValue(random, depth - 1));
  if (kind <= 6) return values;
  const names = [
    '__proto__',
    '$binary',
    '_placeholder',
    'num',
    'toJSON',
    'event',
    'data',
    'channel',
    'constructor',
    '',
  ];
  return Object.fromEntries(values.map((value) => [random.pick(names), value]));
}

function nested(depth: number): unknown {
  let value: unknown = { $binary: 'AA==' };
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}

/** With bytes in their wrapper again, as those have them who are told JSON. */
function wrapped(value: unknown): unknown {
  if (value instanceof ArrayBuffer || value instanceof Uint8Array) {
    return { $binary: Buffer.from(value as Uint8Array).toString('base64') };
  }
  if (Array.isArray(value)) return value.map(wrapped);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, wrapped(each)]));
}

test.each(WAYS.flatMap(({ name, ...way }, index) => [[name, way, index] as const]))(
  `SI10 PU11 whatever %s publishes, all clients read the same, and none is disconnected (seed ${SEED})`,
  async (name, _way, index) => {
    const random = new Random(SEED + index);
    const channel = `log:any-${index}`;
    const parties = await Promise.all(
      WAYS.map(async (way) => ({ name: way.name, ...(await way.join(server, channel)) })),
    );
    const say = parties[index]?.say;
    // In an object: Pusher's clients take a text that is JSON for what it says.
    const fixed = [nested(90), nested(150), Array.from({ length: 12 }, () => ({ $binary: 'AA==' }))];
    const values = [...fixed, ...Array.from({ length: ROUNDS }, () => anyValue(random, 4))].map((value) => ({ value }));
    if (say !== undefined) {
      for (const value of values) await say(value);
      for (const { heard, name: listener } of parties) {
        if (heard === undefined) continue;
        const deadline = Date.now() + 10_000;
        while (heard.length < values.length && Date.now() < deadline) await Bun.sleep(5);
        expect([listener, heard.map(([, data]) => wrapped(data))], `said by ${name}`).toEqual([listener, values]);
      }
      const asked = { limit: 100, since: { offset: 0 } };
      const { publications } = await reader.timeout(5_000).emitWithAck('history', channel, asked);
      expect((publications as { data: unknown }[]).map(({ data }) => wrapped(data))).toEqual(values);
    }
    for (const party of parties) party.leave();
  },
  30_000,
);
