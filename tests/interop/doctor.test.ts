import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { runCli } from '../servers/cli.ts';
import { type Nginx, type NginxSettings, startNginx } from '../servers/nginx.ts';
import { programOf } from '../servers/program.ts';

/** Each starts the program some times, on machines that have other things to do. */
setDefaultTimeout(60_000);

type Finding = { readonly name: string; readonly status: string; readonly found: string; readonly remedy?: string };

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

type Checkup = { readonly code: number; readonly all: readonly Finding[]; readonly of: (name: string) => Finding };

async function checkup(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Checkup> {
  const { code, out, err } = await runCli(['doctor', '--json', ...args], env);
  if (out === '') throw new Error(err);
  const { findings, ok } = JSON.parse(out) as { readonly findings: readonly Finding[]; readonly ok: boolean };
  expect(ok).toBe(code === 0);
  const of = (name: string) => {
    const found = findings.find((finding) => finding.name === name);
    if (found === undefined) throw new Error(`nothing about ${name} in ${out}`);
    return found;
  };
  return { code, all: findings, of };
}

/** A folder with a copy of the data of a server that is stopped in good order. */
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
  test('that is well: each look says what it saw, and the exit code is 0', async () => {
    const { code, of, all } = await checkup(['--data', join(folder, 'new'), '--port', '0', '--connections', '10']);
    expect(all.filter(({ status }) => status === 'fail')).toEqual([]);
    expect(code).toBe(0);
    expect(of('versions').found).toContain('Banyan ');
    expect(of('folder').found).toContain('the first start makes it');
    expect(of('disk sync').found).toContain('median');
    expect(of('database')).toMatchObject({ status: 'skip', found: 'there is none yet' });
    for (const name of ['processors', 'memory', 'open files', 'space', 'clock']) expect(of(name).found).not.toBe('');
  });

  test('that holds fewer connections than wanted is told how to hold more', async () => {
    const { of } = await checkup(['--port', '0', '--data', join(folder, 'new'), '--connections', '9000000']);
    expect(of('open files')).toMatchObject({ status: 'warn' });
    expect(of('open files').remedy).toContain('ulimit -n 9000064');
  });

  test('for a person it fits 80 columns', async () => {
    const { out } = await runCli(['doctor', server.url]);
    expect(out).toContain('  ok    ');
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe('settings', () => {
  test('that do not hold are a finding, in the words of check-config', async () => {
    const { code, of } = await checkup(['--ping-seconds', '1']);
    expect(code).toBe(1);
    expect(of('settings').found).toContain('pingSeconds = "1" (from --ping-seconds) must be');
  });

  test('a flag that there is none of is a mistake, told in one line', async () => {
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

  test('a port where another program listens', async () => {
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

  test('a port where this very server listens is well', async () => {
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
  test('a folder that cannot be made', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const { code, of } = await checkup(['--port', '0', '--data', join(file, 'data')]);
    expect(code).toBe(1);
    expect(of('folder')).toMatchObject({ status: 'fail' });
  });

  const ON_READ_ONLY_DISK = 'mount -t tmpfs -o ro tmpfs "$0" && exec "$@"';
  const readOnly = (at: string) => [
    programOf('unshare'),
    '--user',
    '--map-root-user',
    '--mount',
    'sh',
    '-c',
    ON_READ_ONLY_DISK,
    at,
  ];
  /** Some systems let nobody mount anything. */
  const mayMount = () => Bun.spawnSync([...readOnly(tmpdir()), 'true']).success;

  test.skipIf(process.platform !== 'linux' || !mayMount())('a folder that cannot be written', async () => {
    const disk = join(folder, 'read-only');
    mkdirSync(disk);
    const { code, out } = await runCli(['doctor', '--json', '--port', '0', '--data', disk], {}, readOnly(disk));
    expect(code).toBe(1);
    const finding = (JSON.parse(out).findings as Finding[]).find(({ name }) => name === 'folder');
    expect(finding).toMatchObject({ status: 'fail', found: `${disk} may not be written by this user` });
    expect(finding?.remedy).toContain('chown');
  });

  test('a database that is whole is left as it is', async () => {
    const data = await dataCopy('whole');
    const before = readFileSync(join(data, 'banyan.db'));
    const { code, of } = await checkup(['--port', '0', '--data', data]);
    expect(of('database')).toMatchObject({ status: 'ok' });
    expect(code).toBe(0);
    expect(readFileSync(join(data, 'banyan.db')).equals(before)).toBe(true);
  });

  test('a database that is damaged', async () => {
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

  test('a database that is none, and one of a newer version', async () => {
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

  test('a server that was killed comes back with what it had, also after a look', async () => {
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
  const behind = async (nginxSettings: NginxSettings, look: (nginx: Nginx) => Promise<void>) => {
    const nginx = await startNginx(server.url, nginxSettings);
    try {
      await look(nginx);
    } finally {
      await nginx.stop();
    }
  };
  const UPGRADE =
    'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; client_max_body_size 6m;';
  /** The rest of what is looked at is this machine's, and not what these are about. */
  const failed = ({ all }: Checkup) => all.filter(({ status }) => status === 'fail').map(({ name }) => name);
  const settings = () => ['--data', join(folder, 'data'), '--port', new URL(server.url).port, '--host', '127.0.0.1'];

  test('without a proxy is well', async () => {
    const seen = await checkup([server.url, ...settings()]);
    expect(failed(seen)).toEqual([]);
    expect(seen.code).toBe(0);
    for (const name of ['readyz', 'livez', 'round trip', 'WebSocket', 'event stream', 'long poll', 'large body']) {
      expect(seen.of(name)).toMatchObject({ status: 'ok' });
    }
    expect(seen.of('proxy').found).toBe('no proxy to be seen');
  });

  test('behind a proxy that passes all on is well, but for the addresses of clients', async () => {
    await behind({ directives: UPGRADE }, async ({ url }) => {
      const seen = await checkup([url, ...settings()]);
      expect(failed(seen)).toEqual([]);
      expect(seen.of('WebSocket')).toMatchObject({ status: 'ok' });
      expect(seen.of('event stream')).toMatchObject({ status: 'ok' });
      expect(seen.of('proxy')).toMatchObject({ status: 'warn' });
      expect(seen.of('proxy').remedy).toContain('BANYAN_TRUSTED_PROXIES');
    });
  });

  test('behind one that strips the upgrade, and takes small bodies only', async () => {
    await behind({}, async ({ url }) => {
      const seen = await checkup([url]);
      expect(seen.code).toBe(1);
      expect(failed(seen)).toEqual(['WebSocket', 'large body']);
      expect(seen.of('WebSocket').found).toContain('takes the upgrade out');
      expect(seen.of('large body').remedy).toContain('client_max_body_size');
    });
  });

  test('behind one that gathers what streams say', async () => {
    // Over HTTP/1.0, which is its default, nginx waits for a full buffer.
    const gathering = 'client_max_body_size 6m; proxy_ignore_headers X-Accel-Buffering;';
    await behind({ directives: gathering }, async ({ url }) => {
      const seen = await checkup([url]);
      expect(failed(seen)).toEqual(['WebSocket', 'event stream']);
      expect(seen.of('event stream').remedy).toContain('proxy_buffering off');
    });
  });

  test('behind one that writes another Host, so that pages are taken for those of others', async () => {
    await behind({ directives: UPGRADE, host: 'inside.example.org' }, async ({ url }) => {
      const seen = await checkup([url]);
      expect(failed(seen)).toEqual(['WebSocket']);
      expect(seen.of('WebSocket').remedy).toContain(`BANYAN_PUBLIC_URL=${url}`);
    });
  });

  test('behind one that cuts quiet lines', async () => {
    await behind({ directives: `${UPGRADE} proxy_read_timeout 3s;` }, async ({ url }) => {
      const seen = await checkup([url, '--idle', '20s']);
      expect(failed(seen)).toEqual(['idle stream', 'idle socket']);
      expect(seen.of('idle socket').remedy).toContain('BANYAN_PING_SECONDS');
    });
  });

  test('behind TLS of which the server does not know, and with a certificate that nobody knows', async () => {
    const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
    const openssl = [programOf('openssl'), 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '5', '-nodes'];
    expect(Bun.spawnSync([...openssl, '-keyout', key, '-out', certificate, ...names]).success).toBe(true);
    await behind({ directives: UPGRADE, tls: { certificate, key } }, async ({ url }) => {
      const unknown = await checkup([url]);
      expect(failed(unknown)).toEqual(['certificate', 'reachable']);
      expect(unknown.of('reachable').found).toContain('self-signed');
      const known = await checkup([url], { NODE_EXTRA_CA_CERTS: certificate });
      expect(known.of('certificate')).toMatchObject({ status: 'warn' });
      expect(known.of('WebSocket')).toMatchObject({ status: 'ok' });
      expect(known.of('proxy').found).toContain('does not know that clients come over TLS');
    });
  });

  test('where nobody is, and where somebody else is', async () => {
    const nobody = await checkup(['http://127.0.0.1:1']);
    expect(nobody.of('reachable').found).toBe('no: nobody listens there');
    const other = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('hello', { status: 404 }) });
    const somebody = await checkup([other.url.origin]);
    expect(somebody.of('reachable').found).toContain('somebody answers who is not Banyan');
    await other.stop(true);
  });

  test('that lets in nobody without a token', async () => {
    const shut = await startBanyan({ BANYAN_TOKEN_SECRET: 'a secret that is long enough for this' });
    const seen = await checkup([shut.url]);
    expect(seen.of('WebSocket')).toMatchObject({ status: 'ok' });
    expect(seen.of('event stream')).toMatchObject({ status: 'skip' });
    expect(seen.of('event stream').found).toContain('--token');
    expect((await checkup([shut.url, '--token', 'none'])).of('WebSocket')).toMatchObject({ status: 'fail' });
    await shut.stop();
  });
});
