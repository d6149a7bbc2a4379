import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { runCli, startCli } from '../servers/cli.ts';

/** Each starts the program several times, on busy machines. */
setDefaultTimeout(60_000);

const SECRET = 'a secret of sixteen and more';
const APP = ['--app-id', 'shop', '--app-key', 'shop-key', '--app-secret', SECRET];
const SHORT = ['--connections', '5', '--duration', '300ms', '--warm-up', '100ms', '--rate', '100', '--json'];

let server: BanyanProcess;
const bench = (...args: string[]) => runCli(['bench', ...args]);
const measured = async (...args: string[]) => {
  const { code, out, err } = await bench(server.url, ...args);
  if (out === '') throw new Error(err);
  return { code, ...JSON.parse(out) };
};

beforeAll(async () => {
  server = await startBanyan({
    BANYAN_CLIENT_INSECURE: 'true',
    BANYAN_PUSHER_APPS: JSON.stringify([{ id: 'shop', key: 'shop-key', secret: SECRET, namespace: 'demo' }]),
  });
});
afterAll(() => server.stop());

const PROTOCOLS: readonly (readonly string[])[] = [
  ['centrifuge'],
  ['centrifuge-protobuf'],
  ['socketio'],
  ['sse'],
  ['pusher', ...APP],
];

describe('each protocol', () => {
  for (const protocol of PROTOCOLS) {
    test(`${protocol[0]}: every publication reaches every client`, async () => {
      const result = await measured('--protocol', ...protocol, ...SHORT);
      expect(result).toMatchObject({ code: 0, ok: true, lost: 0, duplicates: 0, outOfOrder: 0, errors: {} });
      expect(result.sent).toBe(40);
      expect(result).toMatchObject({ acknowledged: 40, received: 200, connected: 6 });
      expect(result.milliseconds.delivered.count).toBe(150);
    });

    test(`${protocol[0]}: clients reconnect and recover what they missed`, async () => {
      const visit = ['--scenario', 'reconnect', '--connections', '8', '--missed', '5', '--json'];
      const result = await measured('--protocol', ...protocol, ...visit);
      expect(result).toMatchObject({ code: 0, returned: 8, unrecovered: 0, lost: 0, duplicates: 0 });
      expect(result.received).toBe(protocol[0] === 'pusher' ? 0 : 40);
      expect(result.milliseconds.back.count).toBe(8);
    });
  }

  test('many publishers in a durable channel without subscribers', async () => {
    const load = [
      '--scenario',
      'publish',
      '--publishers',
      '7',
      '--rate',
      '200',
      '--duration',
      '300ms',
      '--warm-up',
      '0',
    ];
    const result = await measured(...load, '--channel', 'log:bench', '--json');
    expect(result).toMatchObject({ code: 0, sent: 60, acknowledged: 60, received: 0, connected: 7 });
  });

  test('many publishers in one channel, whose order is checked by offsets', async () => {
    const result = await measured(...SHORT, '--publishers', '6', '--namespace', 'log');
    expect(result).toMatchObject({ code: 0, lost: 0, outOfOrder: 0, received: 200 });
  });

  test('clients that only connect', async () => {
    const result = await measured('--scenario', 'connect', '--connections', '30', '--duration', '200ms', '--json');
    expect(result).toMatchObject({ code: 0, connected: 30, errors: {} });
  });
});

test("an application's users connect with its token, also from a file", async () => {
  const secret = 'a secret of thirty-two characters or more';
  const closed = await startBanyan({ BANYAN_TOKEN_SECRET: secret });
  const token = await new SignJWT({ sub: 'ann' }).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(secret));
  const folder = mkdtempSync(join(tmpdir(), 'banyan-token-'));
  const file = join(folder, 'token');
  writeFileSync(file, `${token}\n`);
  for (const protocol of ['centrifuge', 'centrifuge-protobuf', 'socketio', 'sse']) {
    const run = [closed.url, '--protocol', protocol, '--namespace', 'log', ...SHORT];
    expect((await bench(...run)).err).toContain('--token');
    const { code, out } = await bench(...run, '--token', protocol === 'sse' ? `@${file}` : token);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ ok: true, received: 200 });
  }
  rmSync(folder, { recursive: true });
  await closed.stop();
});

describe('for a person', () => {
  test('the result fits 80 columns and says that all checks passed', async () => {
    const { code, out } = await bench(server.url, ...SHORT.slice(0, -1));
    expect(code).toBe(0);
    expect(out).toContain('All checks passed');
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('interrupted, it prints the results so far', async () => {
    const running = startCli(['bench', server.url, '--duration', '1m', '--connections', '3']);
    await running.begun;
    running.signal('SIGINT');
    const { code, out } = await running.result;
    expect(code).toBe(130);
    expect(out).toContain('Interrupted; these are the results so far.');
  });

  test('a server that dies is reported by name and exit code', async () => {
    const dying = await startBanyan({ BANYAN_CLIENT_INSECURE: 'true' });
    const running = startCli(['bench', dying.url, '--duration', '2s', '--connections', '4']);
    await running.begun;
    await dying.crash();
    const { code, out } = await running.result;
    expect(code).toBe(1);
    expect(out).toContain('FAILED');
    expect(out).toMatch(/cut off: closed 1006: the connection was lost|connecting: /);
    await dying.stop();
  });
});

type Tell = (data: string) => void;

/** A minimal Centrifuge server to measure; `deliver` sends the nth publication to subscribers, correctly or not. */
function serveCentrifuge(deliver: (data: string, index: number, tell: Tell) => void) {
  let published = 0;
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request, self) => (self.upgrade(request) ? undefined : new Response('{"status":"ready","checks":{}}')),
    websocket: {
      message: (socket, frame) => {
        const { id, connect, subscribe, publish } = JSON.parse(String(frame));
        if (subscribe) socket.subscribe('all');
        const kind = connect ? 'connect' : subscribe ? 'subscribe' : 'publish';
        socket.send(JSON.stringify({ id, [kind]: {} }));
        if (!publish) return;
        deliver(publish.data, published, (data) => {
          server.publish('all', JSON.stringify({ push: { channel: 'x', pub: { data } } }));
        });
        published += 1;
      },
    },
  });
  return server;
}

// The first publication is a probe that no subscriber receives.
describe('a misbehaving server is detected', () => {
  const cases: readonly (readonly [string, Parameters<typeof serveCentrifuge>[0], object])[] = [
    [
      'it loses publications',
      (data, index, tell) => (index % 10 === 5 ? undefined : tell(data)),
      { lost: 20, duplicates: 0, outOfOrder: 0 },
    ],
    [
      'it tells some of them twice',
      (data, index, tell) => {
        for (let times = index % 10 === 5 ? 2 : 1; times > 0; times -= 1) tell(data);
      },
      { lost: 0, duplicates: 20, outOfOrder: 0 },
    ],
  ];
  for (const [title, deliver, found] of cases) {
    test(title, async () => {
      const cheat = serveCentrifuge(deliver);
      const { code, out } = await bench(cheat.url.origin, ...SHORT);
      expect(code).toBe(1);
      expect(JSON.parse(out)).toMatchObject({ ok: false, sent: 40, acknowledged: 40, ...found });
      await cheat.stop(true);
    });
  }

  test('it mixes them up', async () => {
    let held: string | undefined;
    const cheat = serveCentrifuge((data, index, tell) => {
      if (index % 10 === 5) {
        held = data;
        return;
      }
      tell(data);
      if (held !== undefined) tell(held);
      held = undefined;
    });
    const { code, out } = await bench(cheat.url.origin, ...SHORT);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ lost: 0, duplicates: 0, outOfOrder: 20 });
    await cheat.stop(true);
  });
});

describe('failures are printed as one line', () => {
  const line = async (args: readonly string[]) => {
    const { code, out, err } = await runCli(['bench', ...args]);
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    return err;
  };

  test('a URL without a server', async () => {
    expect(await line(['http://127.0.0.1:1'])).toContain('cannot be reached: nobody listens there');
  });

  test('a server that is not Banyan', async () => {
    const other = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('hello', { status: 404 }) });
    expect(await line([other.url.origin])).toContain('is not Banyan: GET /readyz is answered with 404');
    await other.stop(true);
  });

  test('a protocol the server does not speak', async () => {
    const plain = await startBanyan();
    expect(await line([plain.url, '--protocol', 'pusher', ...APP])).toContain('does not speak pusher');
    expect(await line([plain.url])).toContain('--token');
    await plain.stop();
  });

  test('a channel it may not use, and an app that does not exist', async () => {
    expect(await line([server.url, '--channel', 'room:x'])).toContain('error 103: permission denied');
    expect(await line([server.url, '--channel', 'nowhere:x'])).toContain('error 102: unknown channel');
    const wrong = ['--protocol', 'pusher', '--scenario', 'connect', '--app-key', 'wrong'];
    expect(await line([server.url, ...wrong])).toContain('error 4001');
    expect(await line([server.url, '--token', 'no token'])).toContain('closed 3500: invalid token');
  });

  test('publications that are too large', async () => {
    expect(await line([server.url, '--size', '100000'])).toContain('takes no publication of --size 100000');
    const pusher = await line([server.url, '--protocol', 'pusher', ...APP, '--size', '20000']);
    expect(pusher).toContain('HTTP 413');
  });

  test('another machine, unless allowed by a flag', async () => {
    expect(await line(['http://192.0.2.1:8000'])).toContain('say --yes');
  });

  test('invalid options', async () => {
    const wrong: readonly (readonly [args: string[], says: string])[] = [
      [[], 'bench needs the URL of a deployment'],
      [['localhost:8000'], 'the URL must be http(s)://host:port'],
      [[server.url, '--rate', 'fast'], '--rate must be a number from 0.1 to 1000000, not "fast"'],
      [[server.url, '--rate'], '--rate needs a value'],
      [[server.url, '--sise', '9'], 'unknown flag --sise; did you mean --size?'],
      [[server.url, '--protocol', 'mqtt'], '--protocol must be one of centrifuge, '],
      [[server.url, '--duration', 'soon'], '--duration must be a time'],
      [[server.url, '--missed', '3'], '--missed is of the scenarios reconnect, not of fan-out'],
      [[server.url, '--app-key', 'k'], '--app-key is of --protocol pusher'],
      [[server.url, '--protocol', 'pusher', '--app-key', 'k'], '--protocol pusher needs --app-id'],
      [[server.url, '--token', '@/no/such/file'], '--token: /no/such/file cannot be read'],
    ];
    for (const [args, says] of wrong) expect(await line(args)).toContain(says);
  });
});
