import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../src/app/load-config.ts';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { runCli } from '../servers/cli.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs/migrating.md'), 'utf8');

describe('MG4 the replacement of io.on("connection")', () => {
  const settings = Object.fromEntries(
    [...PAGE.matchAll(/^export (BANYAN_\w+)=(?:'(.+)'|(\S+))$/gm)].map(([, key = '', quoted, bare = '']) => [
      key,
      quoted ?? bare,
    ]),
  );
  const programs = [...PAGE.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code = '']) => code);
  const printed = /It prints:\n\n```\n([\s\S]*?)```/.exec(PAGE)?.[1] ?? '';
  let server: BanyanProcess;
  let port: string;

  beforeAll(async () => {
    // A free port, for the backend the example listens with.
    const probe = Bun.serve({ port: 0, fetch: () => new Response() });
    port = String(probe.port);
    await probe.stop(true);
    const env = Object.entries(settings).map(([key, value]) => [key, value.replaceAll(':3000', `:${port}`)]);
    server = await startBanyan(Object.fromEntries(env));
  });
  afterAll(() => server.stop());

  test('MG4 the example of the page prints what the page says', async () => {
    expect(programs).toHaveLength(2);
    const code = programs
      .join('\n')
      .replaceAll('http://localhost:8000', server.url)
      .replaceAll('listen(3000)', `listen(${port})`);
    const running = Bun.spawn([process.execPath, '-e', code], { cwd: ROOT, stdout: 'pipe', stderr: 'pipe' });
    const [out, err] = await Promise.all([new Response(running.stdout).text(), new Response(running.stderr).text()]);
    expect(err).toBe('');
    const words = (text: string) => text.replaceAll(/[\s,]+/g, ' ').trim();
    expect(words(out)).toBe(words(printed));
  }, 20_000);
});

describe('the command migrate-config', () => {
  const folder = mkdtempSync(join(tmpdir(), 'banyan-migrate-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const WHOLE = { client: { channel_limit: 5 }, channel: { namespaces: [{ name: 'news', presence: true }] } };

  test('MG1 prints settings the server accepts, and exits with 0 if everything was translated', async () => {
    const { code, out, err } = await runCli([
      'migrate-config',
      'centrifugo',
      file('whole.json', JSON.stringify(WHOLE)),
    ]);
    expect([code, err]).toEqual([0, '']);
    const { config } = loadConfig({ args: ['--config', 'out'], env: {}, readFile: () => out });
    expect(config).toMatchObject({ channelLimit: 5, namespaces: { news: { presence: true } } });
  });

  test.each([
    ['config.yaml', 'client:\n  channel_limit: 5\nchannel:\n  namespaces:\n    - name: news\n      presence: true\n'],
    ['config.toml', '[client]\nchannel_limit = 5\n\n[[channel.namespaces]]\nname = "news"\npresence = true\n'],
  ])('MG1 reads %s, too', async (name, text) => {
    const { code, out } = await runCli(['migrate-config', 'centrifugo', file(name, text)]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ channelLimit: 5, namespaces: { news: { presence: true } } });
  });

  test('MG2 reports what was left out, and exits with 2', async () => {
    const config = {
      ...WHOLE,
      uni_sse: { enabled: true },
      engine: { type: 'redis', redis: { address: 'x' } },
      nonsense: 1,
    };
    const { code, err } = await runCli(['migrate-config', 'centrifugo', file('part.json', JSON.stringify(config))]);
    expect(code).toBe(2);
    expect(err).toContain('left out: uni_sse: use the stream /sse');
    expect(err).toContain('left out: engine: one process');
    expect(err).toContain('left out: nonsense: is no option of Centrifugo 6.9');
  });

  test('MG1 writes a new file that only its owner can read, and never overwrites one', async () => {
    const from = file('again.json', JSON.stringify(WHOLE));
    const to = join(folder, 'banyan.json');
    expect((await runCli(['migrate-config', 'centrifugo', from, '--output', to])).code).toBe(0);
    expect(statSync(to).mode & 0o777).toBe(0o600);
    const again = await runCli(['migrate-config', 'centrifugo', from, '--output', to]);
    expect(again).toMatchObject({ code: 1, err: `banyan: ${to} exists already\n` });
  });

  test.each([
    [['migrate-config'], 'name one of centrifugo, soketi, reverb'],
    [['migrate-config', 'centrifuge', 'x'], 'unknown server centrifuge; did you mean centrifugo?'],
    [['migrate-config', 'centrifugo'], 'name one file to translate'],
    [['migrate-config', 'centrifugo', '/nowhere.json'], '/nowhere.json cannot be read'],
  ])('%p fails with one line', async (args, line) => {
    const { code, err } = await runCli(args);
    expect(code).toBe(1);
    expect(err).toStartWith(`banyan: ${line}`);
  });

  test.each([
    ['broken.json', '{', 'is not what its name says'],
    ['list.json', '[]', 'must hold one object'],
    ['old.json', '{"token_hmac_secret_key":"x"}', 'token_hmac_secret_key is an option of Centrifugo 5'],
  ])('%s fails with one line', async (name, text, line) => {
    const { code, err } = await runCli(['migrate-config', 'centrifugo', file(name, text)]);
    expect(code).toBe(1);
    expect(err).toContain(line);
    expect(err.trim().split('\n')).toHaveLength(1);
  });
});
