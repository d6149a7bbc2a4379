import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { runCli } from '../servers/cli.ts';
import { withPermissionChecks } from '../servers/permission-checks.ts';
import { checkup, type Finding, failed } from './checkup.ts';

/** Each starts the program several times, on busy machines. */
setDefaultTimeout(60_000);

let folder: string;
let server: BanyanProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'banyan-doctor-'));
  server = await startBanyan({ BANYAN_DATA: join(folder, 'data'), BANYAN_CLIENT_ANONYMOUS: 'true' });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A folder with a copy of the data of a cleanly stopped server. */
async function dataCopy(name: string): Promise<string> {
  const source = join(folder, `${name}-source`);
  const once = await startBanyan({ BANYAN_DATA: source, BANYAN_CLIENT_INSECURE: 'true' });
  for (let number = 0; number < 200; number += 1) {
    const body = JSON.stringify('leaf '.repeat(100));
    await fetch(`${once.url}/publish?channel=log:${number % 20}`, { method: 'POST', body });
  }
  await once.stop();
  const copy = join(folder, name);
  cpSync(source, copy, { recursive: true });
  return copy;
}

describe('a machine', () => {
  test('that is healthy: each check says what it found, and the exit code is 0', async () => {
    const { code, of, all } = await checkup(['--data', join(folder, 'new'), '--port', '0', '--connections', '10']);
    expect(all.filter(({ status }) => status === 'fail')).toEqual([]);
    expect(code).toBe(0);
    expect(of('versions').found).toContain('Banyan ');
    expect(of('folder').found).toContain('the first start makes it');
    expect(of('disk sync').found).toContain('median');
    expect(of('database')).toMatchObject({ status: 'skip', found: 'there is none yet' });
    for (const name of ['processors', 'memory', 'open files', 'space', 'clock']) expect(of(name).found).not.toBe('');
  });

  test('that allows fewer connections than wanted is told how to raise the limit', async () => {
    const { of } = await checkup(['--port', '0', '--data', join(folder, 'new'), '--connections', '9000000']);
    expect(of('open files')).toMatchObject({ status: 'warn' });
    expect(of('open files').remedy).toContain('ulimit -n 9000064');
  });

  test('the output for a terminal fits 80 columns', async () => {
    const { out } = await runCli(['doctor', server.url]);
    expect(out).toContain('  ok    ');
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe('settings', () => {
  test('that are invalid are a finding, worded as in check-config', async () => {
    const { code, of } = await checkup(['--ping-seconds', '1']);
    expect(code).toBe(1);
    expect(of('settings').found).toContain('pingSeconds = "1" (from --ping-seconds) must be');
  });

  test('an unknown flag is an error, printed on one line', async () => {
    for (const [args, says] of [
      [['--idel', '3'], 'unknown flag --idel'],
      [['--connections', 'many'], '--connections must be a whole number'],
      [['localhost'], 'the URL must be http(s)://host:port'],
      [['http://localhost:1', 'http://localhost:2'], 'unexpected argument "http://localhost:2"'],
      [['--clock', 'noon'], '--clock must be an http(s) address'],
    ] as const) {
      const { code, err } = await runCli(['doctor', ...args]);
      expect(code).toBe(1);
      expect(err).toContain(says);
      expect(err.trimEnd().split('\n')).toHaveLength(1);
    }
  });

  test('a port used by another program', async () => {
    const other = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('hello', { status: 404 }) });
    const { code, of } = await checkup([
      '--data',
      join(folder, 'new'),
      '--host',
      '127.0.0.1',
      '--port',
      String(other.port),
    ]);
    expect(code).toBe(1);
    expect(of('port')).toMatchObject({ status: 'fail' });
    expect(of('port').found).toContain('another program listens');
    await other.stop(true);
  });

  test('a port used by this very server is healthy', async () => {
    const { of } = await checkup([
      '--data',
      join(folder, 'data'),
      '--port',
      new URL(server.url).port,
      '--host',
      '127.0.0.1',
    ]);
    expect(of('port')).toMatchObject({ status: 'ok' });
    expect(of('port').found).toContain('Banyan serves, and is ready');
    expect(of('database')).toMatchObject({ status: 'ok' });
  });
});

describe('data', () => {
  test('a folder that cannot be created', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const { code, of } = await checkup(['--port', '0', '--data', join(file, 'data')]);
    expect(code).toBe(1);
    expect(of('folder')).toMatchObject({ status: 'fail' });
  });

  test('a folder that is not writable', async () => {
    const shut = join(folder, 'shut');
    mkdirSync(shut, { mode: 0o500 });
    const { code, out } = await runCli(['doctor', '--json', '--port', '0', '--data', shut], {}, withPermissionChecks());
    expect(code).toBe(1);
    const finding = (JSON.parse(out).findings as Finding[]).find(({ name }) => name === 'folder');
    expect(finding).toMatchObject({ status: 'fail', found: `${shut} may not be written by this user` });
    expect(finding?.remedy).toContain('chown');
  });

  test('a healthy database is left unchanged', async () => {
    const data = await dataCopy('whole');
    const before = readFileSync(join(data, 'banyan.db'));
    const { code, of } = await checkup(['--port', '0', '--data', data]);
    expect(of('database')).toMatchObject({ status: 'ok' });
    expect(code).toBe(0);
    expect(readFileSync(join(data, 'banyan.db')).equals(before)).toBe(true);
  });

  test('a damaged database', async () => {
    const data = await dataCopy('damaged');
    const file = join(data, 'banyan.db');
    const pages = readFileSync(file);
    // Past the first pages, so that it still opens.
    pages.fill(0x7f, Math.floor(statSync(file).size / 2));
    writeFileSync(file, pages);
    const { code, of } = await checkup(['--port', '0', '--data', data]);
    expect(code).toBe(1);
    expect(of('database')).toMatchObject({ status: 'fail' });
    expect(of('database').found).toContain('it is damaged');
    expect(of('database').remedy).toContain('backup');
  });

  test('an invalid database, and one of a newer version', async () => {
    const none = join(folder, 'none');
    mkdirSync(none);
    writeFileSync(join(none, 'banyan.db'), 'no database '.repeat(1_000));
    expect((await checkup(['--port', '0', '--data', none])).of('database').found).toContain('it cannot be read');
    const newer = await dataCopy('newer');
    const db = new Database(join(newer, 'banyan.db'));
    db.run(`INSERT INTO schema_steps (id, applied_at) VALUES ('log-9999-from-the-future', 0)`);
    db.close();
    const { code, of } = await checkup(['--port', '0', '--data', newer]);
    expect(code).toBe(1);
    expect(of('database').found).toContain('a newer Banyan has written it (it has log-9999-from-the-future)');
  });

  test('a killed server restarts with its data, also after a check', async () => {
    const data = join(folder, 'killed');
    const killed = await startBanyan({ BANYAN_DATA: data, BANYAN_CLIENT_INSECURE: 'true' });
    const publish = async () => {
      const response = await fetch(`${killed.url}/publish?channel=log:x`, { method: 'POST', body: '1' });
      return (await response.json()) as { readonly offset: number; readonly epoch: string };
    };
    const first = await publish();
    await killed.crash();
    expect((await checkup(['--port', '0', '--data', data])).of('database')).toMatchObject({ status: 'ok' });
    await killed.restart();
    expect(await publish()).toEqual({ offset: first.offset + 1, epoch: first.epoch });
    await killed.stop();
  });
});

describe('a deployment', () => {
  const settings = () => ['--data', join(folder, 'data'), '--port', new URL(server.url).port, '--host', '127.0.0.1'];

  test('without a proxy is healthy', async () => {
    const seen = await checkup([server.url, ...settings()]);
    expect(failed(seen)).toEqual([]);
    expect(seen.code).toBe(0);
    for (const name of ['readyz', 'livez', 'round trip', 'WebSocket', 'event stream', 'long poll', 'large body']) {
      expect(seen.of(name)).toMatchObject({ status: 'ok' });
    }
    expect(seen.of('proxy').found).toBe('no proxy to be seen');
  });

  test('a URL without a server, and one with another server', async () => {
    const nobody = await checkup(['http://127.0.0.1:1']);
    expect(nobody.of('reachable').found).toBe('no: nobody listens there');
    const other = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('hello', { status: 404 }) });
    const somebody = await checkup([other.url.origin]);
    expect(somebody.of('reachable').found).toContain('another server answers, not Banyan');
    await other.stop(true);
  });

  test('that requires a token', async () => {
    const shut = await startBanyan({ BANYAN_TOKEN_SECRET: 'a secret that is long enough for this' });
    const seen = await checkup([shut.url]);
    expect(seen.of('WebSocket')).toMatchObject({ status: 'ok' });
    expect(seen.of('event stream')).toMatchObject({ status: 'skip' });
    expect(seen.of('event stream').found).toContain('--token');
    expect((await checkup([shut.url, '--token', 'none'])).of('WebSocket')).toMatchObject({ status: 'fail' });
    await shut.stop();
  });
});
