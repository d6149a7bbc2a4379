import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programsByFile } from './needs.mjs';
import { howToInstall, missingPrograms } from './programs.mjs';

let folder: string;
let bin: string;
let calls: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'banyan-prepare-'));
  bin = join(folder, 'bin');
  calls = join(folder, 'calls');
  mkdirSync(bin);
  // Everything a shell needs, and none of the programs that tests need.
  for (const name of ['sh', 'rm', 'sleep', 'cat', 'touch']) symlinkSync(Bun.which(name) as string, join(bin, name));
});
afterEach(() => rmSync(folder, { recursive: true }));

function script(name: string, text: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(bin, name), 0o755);
}

/** A Debian whose apt-get records its calls; `install` does what the text says. */
function debian(install: string): void {
  script('dpkg', `echo "dpkg $*" >>${calls}`);
  script(
    'apt-get',
    `case "$*" in *--version*) exit 0;; *) echo "apt $*" >>${calls};; esac\ncase "$*" in *install*) ${install};; esac`,
  );
}

/** Prepares for openssl in a process of its own, as `npm test` does; prints what is still missing. */
function prepare({ root = true } = {}) {
  const code = `
    const { preparePrograms } = await import(${JSON.stringify(join(import.meta.dir, 'prepare.mjs'))});
    const env = { PATH: ${JSON.stringify(bin)}, PROGRAMFILES: '', CHROME_PATH: '/nowhere/chromium' };
    const left = await preparePrograms(['chromium'], { env, root: ${root}, policy: ${JSON.stringify(join(folder, 'policy'))} })
      .catch((error) => 'stopped, code ' + error.exitCode);
    console.log(JSON.stringify(left));`;
  return Bun.spawn([process.execPath, '-e', code], { stdout: 'pipe', stderr: 'pipe' });
}

const said = (run: ReturnType<typeof prepare>) => new Response(run.stdout).text().then((text) => JSON.parse(text));
const called = () => readFileSync(calls, 'utf8').trimEnd().split('\n');

describe('test programs are installed before any test runs', () => {
  test('with one update and one installation of all missing ones, without starting services', async () => {
    debian(`cat ${join(folder, 'policy')} >${join(folder, 'policy-seen')}`);
    const run = prepare();
    expect(await said(run)).toEqual(['chromium']);
    expect(called()).toEqual([
      'dpkg --configure -a',
      expect.stringMatching(/^apt .*\bupdate$/),
      expect.stringMatching(/^apt .*\binstall -y --no-install-recommends chromium fonts-noto-cjk$/),
    ]);
    expect(readFileSync(join(folder, 'policy-seen'), 'utf8')).toContain('exit 101');
    expect(existsSync(join(folder, 'policy'))).toBe(false);
    // Programs that could still not be installed are listed.
    expect(await new Response(run.stderr).text()).toContain('Chromium or Chrome');
  });

  test('Ctrl-C lets the package manager finish first', async () => {
    debian(`touch ${join(folder, 'begun')}; sleep 1; touch ${join(folder, 'finished')}`);
    const run = prepare();
    while (!existsSync(join(folder, 'begun'))) await Bun.sleep(10);
    run.kill('SIGINT');
    expect(await said(run)).toBe('stopped, code 130');
    expect(existsSync(join(folder, 'finished'))).toBe(true);
  });

  test('killing npm test lets the package manager finish, and services start again afterwards', async () => {
    debian(`touch ${join(folder, 'begun')}; sleep 1; touch ${join(folder, 'finished')}`);
    const run = prepare();
    while (!existsSync(join(folder, 'begun'))) await Bun.sleep(10);
    run.kill('SIGKILL');
    await run.exited;
    while (!existsSync(join(folder, 'finished')) || existsSync(join(folder, 'policy'))) await Bun.sleep(10);
  });

  test('a service policy that is not ours stays', async () => {
    debian('true');
    writeFileSync(join(folder, 'policy'), '#!/bin/sh\nexit 0\n');
    await said(prepare());
    expect(readFileSync(join(folder, 'policy'), 'utf8')).toBe('#!/bin/sh\nexit 0\n');
  });

  test('without root nothing is installed: one list says what is missing, and how to get it', async () => {
    debian('true');
    const run = prepare({ root: false });
    expect(await said(run)).toEqual(['chromium']);
    expect(existsSync(calls)).toBe(false);
    const text = await new Response(run.stderr).text();
    expect(text).toContain('sudo apt-get install --no-install-recommends chromium fonts-noto-cjk');
    expect(text).toContain('sudo dnf install chromium google-noto-sans-cjk-fonts');
    expect(text).toContain('brew install chromium');
    expect(text).toContain('CHROME_PATH');
  });

  test('without apt-get too', async () => {
    expect(await said(prepare())).toEqual(['chromium']);
  });
});

describe('programs', () => {
  test('are found in PATH and where servers are installed, or by their variable', () => {
    script('curl', 'true');
    const env = { PATH: bin };
    expect(missingPrograms(['curl'], env)).toEqual([]);
    expect(missingPrograms(['chromium'], { ...env, CHROME_PATH: join(bin, 'curl') })).toEqual([]);
    expect(missingPrograms(['chromium'], { ...env, CHROME_PATH: join(bin, 'none') })).toEqual(['chromium']);
  });

  test('are listed with each package once', () => {
    expect(howToInstall(['unshare', 'prlimit'])).toContain('--no-install-recommends util-linux\n');
  });
});

describe('the programs of a test file', () => {
  const programs = programsByFile(join(import.meta.dir, '../..'));

  test('are those that it names, or a module that it imports', () => {
    expect([...programs('tests/faults/start.test.ts')]).toEqual(['setpriv']);
    expect([...programs('tests/journeys/two-tabs.test.ts')]).toEqual(['chromium']);
    expect([...programs('tests/interop/doctor.test.ts')]).toEqual(['setpriv']);
    expect(programs('tests/interop/doctor-behind-nginx.test.ts').has('nginx')).toBe(true);
  });

  test('unit tests need none', () => {
    for (const file of ['src/core/delivery/hub.test.ts', 'tests/chat/rooms.test.ts', 'tools/check-imports.test.ts']) {
      expect([...programs(file)]).toEqual([]);
    }
  });
});
