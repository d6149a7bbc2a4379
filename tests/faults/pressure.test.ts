import { afterEach, describe, expect, test } from 'bun:test';
import type { Centrifuge } from 'centrifuge';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { findViolations } from './oracle.ts';
import { type Pub, RawClient } from './raw-client.ts';
import { until } from './tally.ts';
import { Traffic } from './traffic.ts';

const KIB = 1_024;
const MIB = 1_024 * KIB;
const INSECURE = { BANYAN_CLIENT_INSECURE: 'true' };
/** With presence: shows whether a client that does not read is still connected. */
const WATCHED = 'demo:watched';
const CHANNEL = 'log:pressure';
const METRICS_TOKEN = 'a-token-for-the-metrics-of-this-test';

let server: BanyanProcess;
let traffic: Traffic;
const raws: RawClient[] = [];
afterEach(async () => {
  for (const raw of raws.splice(0)) raw.end();
  traffic.close();
  await server.stop();
});

async function start(settings: Readonly<Record<string, string>> = {}): Promise<void> {
  server = await startBanyan({ ...INSECURE, ...settings });
  traffic = new Traffic(server.socketUrl);
}

async function rawClient(): Promise<RawClient> {
  const raw = await RawClient.connect(server.socketUrl);
  raws.push(raw);
  return raw;
}

/** Subscriptions on the server, by its metrics. */
async function subscriptions(): Promise<number> {
  const answer = await fetch(`${server.url}/metrics`, { headers: { Authorization: `Bearer ${METRICS_TOKEN}` } });
  return Number(/^banyan_subscriptions (\d+)/m.exec(await answer.text())?.[1] ?? 0);
}

/** Publishes long messages one by one until the condition holds. */
async function publishUntil(client: Centrifuge, isIt: () => Promise<boolean>): Promise<void> {
  const padding = 'x'.repeat(20_000);
  while (!(await isIt())) {
    const id = `long-${traffic.attempts.length}`;
    await traffic.publish(client, { channel: CHANNEL, sender: 'publisher', id }, padding);
  }
}

/** Reads page after page; a page of long publications is shorter than the limit. */
async function historyAfter(raw: RawClient, { epoch, offset }: { epoch: string; offset: number }): Promise<Pub[]> {
  const read: Pub[] = [];
  for (let last = offset; ; last = read.at(-1)?.offset ?? last) {
    const { history } = await raw.ask({ history: { channel: CHANNEL, limit: -1, since: { epoch, offset: last } } });
    const page = history as { readonly offset: number; readonly publications: readonly Pub[] };
    read.push(...page.publications);
    if ((read.at(-1)?.offset ?? last) >= page.offset) return read;
  }
}

async function watched(client: Centrifuge): Promise<number> {
  return (await client.presenceStats(WATCHED)).numClients;
}

describe('SL1 SL2: readers that do not keep up', () => {
  async function followRaw(): Promise<RawClient> {
    const raw = await rawClient();
    await raw.ask({ subscribe: { channel: CHANNEL } });
    await raw.ask({ subscribe: { channel: WATCHED } });
    return raw;
  }

  test('RE2: one that stops reading is closed without a gap and told on return that it missed too much; history has it all; others are not affected', async () => {
    await start({ BANYAN_MAX_CONNECTION_BACKLOG_BYTES: String(64 * KIB) });
    await traffic.follow('quick reader', [CHANNEL]);
    const publisher = await traffic.connect();
    const slow = await followRaw();
    slow.stopReading();
    await publishUntil(publisher, async () => (await watched(publisher)) === 0);
    slow.readOn();
    expect(await slow.closed).toBe(3008);
    const read = slow.publications(CHANNEL);
    const enough = traffic.attempts.length + 4;
    await publishUntil(publisher, async () => traffic.attempts.length >= enough);

    const back = await rawClient();
    const { epoch = '' } = (await slow.reply(2)).subscribe ?? {};
    const since = { recover: true, epoch, offset: read.at(-1)?.offset ?? 0 };
    // More than a recovery returns.
    const { subscribe } = await back.ask({ subscribe: { channel: CHANNEL, ...since } });
    expect(subscribe).toMatchObject({ was_recovering: true, offset: traffic.attempts.length });
    expect(subscribe?.recovered).toBeUndefined();
    const missed = await historyAfter(back, since);
    await traffic.publish(publisher, { channel: CHANNEL, sender: 'publisher', id: 'live' });
    const all = () => [...read, ...missed, ...back.publications(CHANNEL)];
    await until('the live one', () => all().length >= traffic.attempts.length);
    expect(all().map(({ offset }) => offset)).toEqual(traffic.attempts.map((_, index) => index + 1));
    expect(findViolations(await traffic.evidence())).toEqual([]);
    expect(traffic.lost).toEqual([]);
  }, 60_000);

  test('RE2: one that missed a lot in many channels catches up, however slowly it reads, while others go on', async () => {
    await start({ BANYAN_MAX_CONNECTION_BACKLOG_BYTES: String(256 * KIB), BANYAN_METRICS_TOKEN: METRICS_TOKEN });
    const publisher = await traffic.connect();
    const channels = Array.from({ length: 100 }, (_, index) => `${CHANNEL}-${index}`);
    const padding = 'x'.repeat(20_000);
    for (const channel of channels) {
      const ids = Array.from({ length: 6 }, (_, index) => `${channel}-${index}`);
      await Promise.all(ids.map((id) => traffic.publish(publisher, { channel, sender: id, id }, padding)));
    }
    const back = await rawClient();
    back.stopReading();
    // 12 MB: more than its buffer and the kernel hold.
    back.send(...channels.map((channel) => ({ subscribe: { channel, recover: true, offset: 0 } })));
    // Every answer is decided before the client reads: what it reads would make room for more.
    await until('every subscription', async () => (await subscriptions()) >= channels.length);
    for (const channel of channels.slice(0, 4)) {
      await traffic.publish(publisher, { channel, sender: 'live', id: `${channel}-live` });
    }
    back.readOn();
    const answers = () => back.messages.flatMap(({ subscribe }) => (subscribe === undefined ? [] : [subscribe]));
    await until('every answer', () => answers().length === channels.length);
    const recovered = answers().filter((answer) => answer.recovered === true);
    expect(recovered.length).toBeWithin(1, channels.length);
    expect(recovered.every(({ publications = [] }) => publications.length === 6)).toBe(true);
    await until('what is live', () => back.messages.filter(({ push }) => push?.pub !== undefined).length === 4);
  }, 60_000);

  test('the total buffered for many of them is bounded, and so is the server’s memory', async () => {
    await start({ BANYAN_MAX_CONNECTION_BACKLOG_BYTES: String(MIB) });
    await traffic.follow('quick reader', [CHANNEL]);
    const publisher = await traffic.connect();
    const slow = await Promise.all(Array.from({ length: 20 }, followRaw));
    for (const raw of slow) raw.stopReading();
    const before = server.residentBytes();
    let after = before;
    // Without a bound, 20 times the published data would be buffered, 280 MB minus what the kernel takes.
    await publishUntil(publisher, async () => {
      after = Math.max(after, server.residentBytes());
      return traffic.attempts.length >= 700;
    });
    expect(await watched(publisher)).toBe(0);
    expect(after - before).toBeLessThan(150 * MIB);
    expect(findViolations(await traffic.evidence())).toEqual([]);
    expect(traffic.lost).toEqual([]);
  }, 60_000);

  test('those that read intermittently get no gap before they are closed, if they are', async () => {
    await start({ BANYAN_MAX_CONNECTION_BACKLOG_BYTES: String(16 * KIB) });
    const publisher = await traffic.connect();
    const fitful = await Promise.all(Array.from({ length: 12 }, followRaw));
    await publishUntil(publisher, async () => {
      const turn = traffic.attempts.length;
      for (const [index, raw] of fitful.entries()) {
        // Each after its own pause; the longest pauses are too long.
        if (turn % (100 + 30 * index) < 5) raw.readOn();
        else raw.stopReading();
      }
      return turn >= 800;
    });
    const left = await watched(publisher);
    for (const raw of fitful) raw.readOn();
    const isThrough = (raw: RawClient) => raw.publications(CHANNEL).at(-1)?.offset === traffic.attempts.length;
    await until('the rest', () => fitful.filter(isThrough).length === left);
    for (const raw of fitful) {
      const offsets = raw.publications(CHANNEL).map(({ offset }) => offset);
      expect(offsets).toEqual(offsets.map((_, index) => index + 1));
    }
    expect(left).toBeWithin(1, fitful.length);
  }, 60_000);
});

describe('publishers that send too much', () => {
  test("SL3: commands past a connection's limit are answered with 111, and all are answered", async () => {
    await start({ BANYAN_MAX_FRAME_BYTES: String(MIB) });
    const raw = await rawClient();
    const commands = Array.from({ length: 3_000 }, (_, index) => ({
      publish: { channel: CHANNEL, data: { id: index } },
    }));
    await raw.reply(raw.send(...commands));
    await until('every answer', () => raw.messages.length === 1 + commands.length);
    const refused = raw.messages.filter(({ error }) => error !== undefined);
    expect(refused.every(({ error }) => error?.code === 111 && error.temporary === true)).toBe(true);
    // A long frame is handled in slices (FS1): a fast server may answer some commands before the next slice, and refuse
    // none.
    expect(refused.length).toBeLessThan(commands.length);
    expect(new Set(raw.messages.map(({ id }) => id)).size).toBe(raw.messages.length);
    const accepted = raw.messages.length - 1 - refused.length;
    expect((await raw.ask({ history: { channel: CHANNEL } })).history).toMatchObject({ offset: accepted });
    expect((await raw.ask({ publish: { channel: CHANNEL, data: {} } })).error).toBeUndefined();
  });

  const QUEUES: readonly [string, Record<string, string>][] = [
    ['in number', { BANYAN_APPEND_QUEUE_LENGTH: '20' }],
    ['in bytes', { BANYAN_APPEND_QUEUE_BYTES: String(4 * KIB) }],
  ];
  for (const [what, settings] of QUEUES) {
    test(`AC5: past the queue's limit ${what} publishers get 111; accepted publications are stored, others are not`, async () => {
      await start(settings);
      await traffic.follow('reader', [CHANNEL]);
      const publishers = await Promise.all(Array.from({ length: 4 }, () => traffic.connect()));
      const floods = publishers.flatMap((client, index) =>
        Array.from({ length: 400 }, (_, count) => {
          const sender = `publisher-${index}`;
          return traffic.publish(client, { channel: CHANNEL, sender, id: `${sender}-${count}` }, 'x'.repeat(200));
        }),
      );
      const outcomes = Map.groupBy(await Promise.all(floods), ({ outcome }) => outcome);
      expect(outcomes.get('unknown')).toBeUndefined();
      expect(outcomes.get('refused')?.length).toBeGreaterThan(0);
      expect(outcomes.get('acked')?.length).toBeGreaterThan(0);
      expect(new Set(traffic.refusals)).toEqual(new Set([111]));
      expect(findViolations(await traffic.evidence())).toEqual([]);
      const [calm] = publishers;
      const after = await traffic.publish(calm as Centrifuge, { channel: CHANNEL, sender: 'calm', id: 'after' });
      expect(after.outcome).toBe('acked');
    });
  }
});

test('RE1 RE2: recovery returns up to the configured limit', async () => {
  await start({ BANYAN_HISTORY_LIMIT: '2500' });
  const raw = await rawClient();
  const commands = Array.from({ length: 600 }, (_, index) => ({ publish: { channel: CHANNEL, data: index } }));
  for (let batch = 0; batch < 5; batch += 1) await raw.reply(raw.send(...commands));
  for (const [offset, recovered] of [
    [499, false],
    [500, true],
    [2_999, true],
  ] as const) {
    const back = await rawClient();
    const { subscribe } = await back.ask({ subscribe: { channel: CHANNEL, recover: true, offset } });
    expect(subscribe?.recovered ?? false).toBe(recovered);
    const expected = recovered ? Array.from({ length: 3_000 - offset }, (_, index) => offset + index + 1) : [];
    expect((subscribe?.publications ?? []).map((publication) => publication.offset)).toEqual(expected);
  }
});
