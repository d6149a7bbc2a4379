import { describe, expect, test } from 'bun:test';
import { HandClock } from '../../../tests/core/hand-clock.ts';
import { guardOf } from '../../../tests/core/node.ts';
import { Guard } from '../../core/guard.ts';
import { Heartbeats, type Pinged } from './engine-heartbeats.ts';
import { connectionCapacity, warnOfFewFiles } from './file-limit.ts';
import { OpenFiles } from './open-files.ts';
import { Readiness } from './readiness.ts';
import { Streams } from './streams.ts';

const fail = (): never => {
  throw new Error('injected');
};

describe('FA1 heartbeats', () => {
  const SETTINGS = { path: '/', ping: '2', pingMs: 30_000, pongMs: 10_000, guard: guardOf(new HandClock()) };

  test('FA1 close the other silent connections when closing one throws', () => {
    const heartbeats = new Heartbeats({ ...SETTINGS, fanout: { publish: () => undefined } }, 0);
    const closed: string[] = [];
    const line = (name: string): Pinged => ({
      heardAt: 0,
      join: () => undefined,
      close: () => (name === 'broken' ? fail() : void closed.push(name)),
    });
    heartbeats.add(line('broken'));
    heartbeats.add(line('other'));
    for (let now = 1_000; now <= 60_000; now += 1_000) heartbeats.advance(now);
    expect(closed).toContain('other');
  });

  test('FA1 ping the other connections when a ping throws', () => {
    let calls = 0;
    const publish = () => {
      calls += 1;
      fail();
    };
    const heartbeats = new Heartbeats({ ...SETTINGS, fanout: { publish } }, 0);
    const line: Pinged = { heardAt: Number.POSITIVE_INFINITY, join: () => undefined, close: () => undefined };
    heartbeats.add(line);
    for (let now = 1_000; now <= 90_000; now += 1_000) heartbeats.advance(now);
    expect(calls).toBe(3);
  });
});

test('FA4 a stream that throws does not affect others of its topic', () => {
  const streams = new Streams();
  const heard: unknown[] = [];
  streams.join('t', { send: fail });
  streams.join('t', { send: (frame) => void heard.push(frame) });
  expect(() => streams.publish('t', 'x')).toThrow('injected');
  expect(heard).toEqual(['x']);
});

test('OB2 a check that throws counts as failing, and is repeated next time', async () => {
  const readiness = new Readiness();
  let isBroken = true;
  readiness.start({ files: () => (isBroken ? fail() : Promise.resolve()) });
  expect((await readiness.answer()).status).toBe(503);
  isBroken = false;
  // Results are cached for half a second.
  await Bun.sleep(600);
  expect((await readiness.answer()).status).toBe(200);
});

describe('FA7 open files', () => {
  const records: unknown[] = [];
  const telemetry = {
    record: (level: string, event: string, fields: object = {}) => void records.push({ level, event, ...fields }),
    count: () => undefined,
  };

  test('FA7 leave room for what the server itself needs', () => {
    expect([connectionCapacity(1_024), connectionCapacity(200), connectionCapacity(10)]).toEqual([960, 136, 1]);
  });

  test('FA7 that are few are reported at the start, unless a connection limit makes them sufficient', () => {
    warnOfFewFiles(telemetry, 0, 200);
    warnOfFewFiles(telemetry, 100, 200);
    warnOfFewFiles(telemetry, 0, 65_536);
    warnOfFewFiles(telemetry, 100_000, 65_536);
    expect(records.splice(0)).toMatchObject([
      { level: 'warn', event: 'files.few', limit: 200, connections: 136, wanted: 1_000 },
      { level: 'warn', event: 'files.few', limit: 65_536, connections: 65_472, wanted: 100_000 },
    ]);
  });

  test('FA7 that are used up close connections between two requests, each second, and are logged once a minute', async () => {
    const clock = new HandClock();
    let closed = 0;
    const server = {
      closeIdleConnections: () => {
        closed += 1;
        return 1;
      },
    };
    const files = new OpenFiles(server, new Guard({ clock, telemetry }), clock);
    await clock.pass(3_000);
    expect(closed).toBe(0);
    files.check = fail;
    await clock.pass(10_000);
    expect(closed).toBe(10);
    expect(records.splice(0)).toMatchObject([{ event: 'part.failed', part: 'open files', closed: 1 }]);
    files.stop();
    await clock.pass(10_000);
    expect(closed).toBe(10);
  });
});

test('FA8 an uncaught error is logged, and does not end the process', async () => {
  const program = `
    import { catchUncaught } from '${import.meta.dir}/uncaught.ts';
    catchUncaught({ failed: (part, error) => console.log(part, error.message) });
    setTimeout(() => { throw new Error('timer'); }, 1);
    setImmediate(() => { throw new Error('turn'); });
    Promise.reject(new Error('promise'));
    setTimeout(() => console.log('goes on'), 50);
  `;
  const run = Bun.spawn([process.execPath, '-e', program], { stdout: 'pipe', stderr: 'ignore' });
  const lines = (await new Response(run.stdout).text()).trim().split('\n');
  expect(lines.slice(0, -1).sort()).toEqual(['uncaught promise', 'uncaught timer', 'uncaught turn']);
  expect([lines.at(-1), await run.exited]).toEqual(['goes on', 0]);
});
