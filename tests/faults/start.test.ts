import { Database } from 'bun:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withPermissionChecks } from '../servers/permission-checks.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let scratch: string;
const running: ChildProcess[] = [];

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'banyan-start-'));
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(scratch, { recursive: true }));

const PROGRAM: readonly string[] = [process.execPath, 'src/cli/main.ts'];

type Options = { readonly env?: Record<string, string>; readonly via?: readonly string[] };
type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** A process of the program and its output so far. */
class Program {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  #stdout = '';
  #stderr = '';
  #onOutput: () => void = () => undefined;

  constructor(args: readonly string[], { env = {}, via = PROGRAM }: Options = {}) {
    const [file = '', ...first] = via;
    this.child = spawn(file, [...first, ...args], {
      cwd: ROOT,
      env: { PATH: process.env.PATH, HOME: scratch, ...env },
    });
    running.push(this.child);
    this.child.stdout?.on('data', (chunk) => {
      this.#stdout += chunk;
      this.#onOutput();
    });
    this.child.stderr?.on('data', (chunk) => {
      this.#stderr += chunk;
    });
    this.ended = new Promise((resolve) => {
      this.child.on('close', (code) => {
        this.#onOutput();
        resolve({ code, stdout: this.#stdout, stderr: this.#stderr });
      });
    });
  }

  /** The address it prints when it listens. Rejects if it ends before. */
  async url(): Promise<string> {
    for (;;) {
      const url = /is at (http\S+)/.exec(this.#stdout)?.[1];
      if (url !== undefined) return url;
      if (this.child.exitCode !== null) throw new Error(`it ended: ${this.#stderr}`);
      await new Promise<void>((resolve) => {
        this.#onOutput = resolve;
      });
    }
  }

  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }
}

const serve = (data: string, options?: Options) => new Program(['serve', '--port', '0', '--data', data], options);
const newData = (name: string) => join(scratch, name);

/**
 * The content of a folder, for comparison, without SQLite's WAL index, which is a cache, and the journal of the lock,
 * which a killed process leaves.
 */
function snapshot(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.endsWith('-shm') && !path.endsWith('.lock-journal'))
    .sort();
  return Object.fromEntries(paths.map((path) => [path, Bun.hash(readFileSync(path)).toString()]));
}

function expectOneLine(ended: Ended, saying: RegExp): void {
  expect(ended.stderr).toMatch(/^banyan: [^\n]+\n$/);
  expect(ended.stderr).toMatch(saying);
  expect(ended.code).toBe(1);
  expect(ended.stdout).toBe('');
}

describe('a successful start', () => {
  test('answers /livez, prints its address and the owner link, and ends with 0', async () => {
    const program = serve(newData('well'));
    const url = await program.url();
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    const { code, stdout } = await program.stop();
    expect(code).toBe(0);
    expect(stdout).toContain(`${url}/join/`);
  });

  test('PE5: with clientInsecure it prints a warning', async () => {
    const program = serve(newData('insecure'), { env: { BANYAN_CLIENT_INSECURE: 'true' } });
    await program.url();
    expect((await program.stop()).stderr).toContain('!! clientInsecure is on');
  });
});

describe('DA3: a failed start prints one line with the reason and changes nothing', () => {
  test('a port in use', async () => {
    const taken = Bun.serve({ hostname: 'localhost', port: 0, fetch: () => new Response() });
    const port = String(taken.port);
    const data = newData('port');
    const ended = await new Program(['serve', '--port', port, '--data', data]).ended;
    await taken.stop(true);
    expectOneLine(ended, new RegExp(`port ${port} is in use`));
    expect(existsSync(data)).toBe(false);
  });

  test('a file in place of the data folder', async () => {
    const file = newData('file');
    writeFileSync(file, 'mine');
    for (const data of [file, join(file, 'data')])
      expectOneLine(await serve(data).ended, /data folder .* cannot be written/);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  test('a data folder that is not writable', async () => {
    const data = newData('read-only');
    mkdirSync(data);
    chmodSync(data, 0o555);
    const ended = await serve(data, { via: [...withPermissionChecks(), ...PROGRAM] }).ended;
    expectOneLine(ended, /data folder .* cannot be written/);
    expect(readdirSync(data)).toEqual([]);
  });

  for (const readOnly of ['banyan.db', 'banyan.db-wal']) {
    test(`a database owned by another user: ${readOnly} is read-only`, async () => {
      const data = newData(`foreign-${readOnly}`);
      const program = serve(data);
      await program.url();
      // Killed, so that the WAL stays.
      await program.stop('SIGKILL');
      for (const name of readdirSync(data)) chmodSync(join(data, name), name === readOnly ? 0o444 : 0o666);
      chmodSync(data, 0o777);
      const before = snapshot(data);
      const ended = await serve(data, { via: [...withPermissionChecks(), ...PROGRAM] }).ended;
      expectOneLine(ended, /banyan\.db cannot be used/);
      expect(snapshot(data)).toEqual(before);
    });
  }

  test('a file that is not a database', async () => {
    const data = newData('garbage');
    mkdirSync(data);
    writeFileSync(join(data, 'banyan.db'), 'this is no database, but long enough to be looked at as one'.repeat(100));
    const before = readFileSync(join(data, 'banyan.db'), 'utf8');
    expectOneLine(await serve(data).ended, /not a Banyan database/);
    expect(readFileSync(join(data, 'banyan.db'), 'utf8')).toBe(before);
  });

  const WRONG: readonly [string, Record<string, string>, RegExp][] = [
    ['a wrong value', { PORT: 'http' }, /port = "http" \(from PORT\) must be a whole number from 0 to 65535/],
    ['an unknown setting', { BANYAN_HSOT: 'x' }, /unknown setting BANYAN_HSOT .* did you mean BANYAN_HOST\?/],
    [
      'a namespace of a feature',
      { BANYAN_NAMESPACES: '{"room":{}}' },
      /"room" \(from BANYAN_NAMESPACES\) must be another name, as this one belongs to chat/,
    ],
    [
      'clientInsecure beyond loopback',
      { BANYAN_CLIENT_INSECURE: 'true', BANYAN_HOST: '0.0.0.0' },
      /host = "0.0.0.0" .* loopback/,
    ],
  ];
  for (const [what, env, saying] of WRONG) {
    test(what, async () => {
      const data = newData('wrong');
      expectOneLine(await new Program(['serve', '--data', data], { env }).ended, saying);
      expect(existsSync(data)).toBe(false);
    });
  }
});

describe('DA1: a database from a newer version is refused and left unchanged', () => {
  /** A data folder with a schema step that this version does not know. */
  async function newerData(name: string, closed: boolean): Promise<string> {
    const data = newData(name);
    const program = serve(data);
    await program.url();
    await program.stop();
    const db = new Database(join(data, 'banyan.db'));
    db.run("INSERT INTO schema_steps (id, applied_at) VALUES ('log-9999-from-the-future', 1)");
    if (closed) db.close();
    const copy = `${data}-copy`;
    cpSync(data, copy, { recursive: true });
    db.close();
    return copy;
  }

  for (const [how, closed] of [
    ['that was stopped', true],
    ['that was killed', false],
  ] as const) {
    test(`one ${how}`, async () => {
      const data = await newerData(how.replaceAll(' ', '-'), closed);
      const before = snapshot(data);
      expect(Object.keys(before).some((path) => path.endsWith('-wal'))).toBe(!closed);
      expectOneLine(await serve(data).ended, /newer version of Banyan .*log-9999-from-the-future/);
      expect(snapshot(data)).toEqual(before);
    });
  }
});

test('DA2: a second start with the same data folder is refused, and the first keeps running', async () => {
  const data = newData('twice');
  const first = serve(data);
  const url = await first.url();
  expectOneLine(await serve(data).ended, /in use by another Banyan/);
  expect((await fetch(`${url}/livez`)).status).toBe(200);
  expect((await first.stop()).code).toBe(0);
  const third = serve(data);
  await third.url();
  expect((await third.stop()).code).toBe(0);
});

test('DA2: a folder whose process was killed can be used again at once', async () => {
  const data = newData('killed');
  const first = serve(data);
  await first.url();
  await first.stop('SIGKILL');
  const second = serve(data);
  await second.url();
  expect((await second.stop()).code).toBe(0);
});

describe('SE7: stopping', () => {
  test('tells connected clients to reconnect (3001), and ends with 0 within 10 s', async () => {
    const program = serve(newData('stopping'), { env: { BANYAN_CLIENT_INSECURE: 'true' } });
    const url = await program.url();
    const socket = new WebSocket(`${url.replace('http', 'ws')}/connection/websocket`);
    const connected = new Promise((resolve) => socket.addEventListener('message', resolve, { once: true }));
    socket.addEventListener('open', () => socket.send('{"id":1,"connect":{}}'));
    await connected;
    const closed = new Promise<CloseEvent>((resolve) => socket.addEventListener('close', resolve));
    const started = performance.now();
    const { code } = await program.stop();
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(code).toBe(0);
    expect((await closed).code).toBe(3001);
  }, 15_000);

  test('one Ctrl-C delivered three times counts once', async () => {
    const program = serve(newData('interrupted'));
    await program.url();
    for (let times = 0; times < 3; times += 1) program.child.kill('SIGINT');
    expect((await program.ended).code).toBe(0);
  });
});

describe('npm start', () => {
  const via = ['node', 'tools/start.mjs'];

  test('the second time it installs and builds nothing, and passes on signals and exit code', async () => {
    const data = newData('npm');
    const first = new Program(['--port', '0', '--data', data], { via });
    await first.url();
    expect((await first.stop()).code).toBe(0);
    const second = new Program(['--port', '0', '--data', data], { via });
    const url = await second.url();
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    const { code, stderr } = await second.stop('SIGINT');
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/installing|building/);
  }, 120_000);

  test('a failing command exits with its own code and message', async () => {
    expectOneLine(await new Program(['srve'], { via }).ended, /unknown command srve; did you mean serve\?/);
  });

  test('an old Node version is refused with one line', async () => {
    const copy = newData('old-node');
    cpSync(join(ROOT, 'tools'), join(copy, 'tools'), { recursive: true });
    writeFileSync(join(copy, 'package.json'), '{"engines":{"node":">=999.1"}}');
    const ended = await new Program([], { via: ['node', join(copy, 'tools/start.mjs')] }).ended;
    expectOneLine(ended, /Node.js 999.1 or newer is needed, this is \d+\.\d+\.\d+/);
  });
});
