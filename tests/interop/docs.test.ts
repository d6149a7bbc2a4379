import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { programOf } from '../servers/program.ts';

const MARK = '\n@@@ the next example\n';
/** Streams do not end: they are read for this many seconds. */
const LISTEN = 2;

/** A command and its expected output; `…` matches anything. */
type Example = { readonly typed: string; readonly answer: string };
type Page = { readonly text: string; readonly settings: Record<string, string>; readonly examples: readonly Example[] };

/** A page of docs/, with the settings its server starts with. */
function pageOf(name: string): Page {
  const text = readFileSync(fileURLToPath(new URL(`../../docs/${name}`, import.meta.url)), 'utf8');
  const settings = [...text.matchAll(/^(?:export )?(BANYAN_\w+)=(?:'(.+)'|(\S+))(?: npm start)?$/gm)];
  const examples = [...text.matchAll(/```sh\n([\s\S]*?)```\n```\n([\s\S]*?)```/g)];
  return {
    text,
    settings: Object.fromEntries(settings.map(([, key = '', quoted, bare]) => [key, quoted ?? bare ?? ''])),
    examples: examples.map(([, typed = '', answer = '']) => ({ typed: typed.trim(), answer: answer.trim() })),
  };
}

/** Runs the examples one after another in one shell. */
async function typeAll({ settings, examples }: Page, url: string): Promise<readonly string[]> {
  const script = [
    `curl() { case "$*" in *-N*) command curl -s --max-time ${LISTEN} "$@";; *) command curl -s "$@";; esac; }`,
    ...examples.map(({ typed }) => `${typed}\nprintf '${MARK.replaceAll('\n', '\\n')}'`),
  ].join('\n');
  const shell = Bun.spawn([programOf('bash'), '-c', script.replaceAll('http://localhost:8000', url)], {
    env: { ...process.env, ...settings },
    stdout: 'pipe',
  });
  return (await new Response(shell.stdout).text()).split(MARK);
}

function patternOf(answer: string): RegExp {
  const literal = answer.split('…').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${literal.join('[\\s\\S]*?')}$`);
}

describe.each(['http.md', 'backend.md'])('docs/%s', (name) => {
  const page = pageOf(name);
  let server: BanyanProcess;
  let outputs: readonly string[] = [];

  beforeAll(async () => {
    for (const path of [programOf('curl'), programOf('openssl')]) expect(path).not.toBe('');
    server = await startBanyan(page.settings);
    outputs = await typeAll(page, server.url);
  }, 30_000);
  afterAll(() => server.stop());

  test('says how its server is started, and shows the output of each example', () => {
    expect(Object.keys(page.settings).length).toBeGreaterThan(0);
    expect(page.examples.length).toBeGreaterThan(4);
    expect(page.text.match(/```sh\n/g)).toHaveLength(page.examples.length);
  });

  test.each(page.examples.map(({ typed, answer }, index) => [typed, answer, index] as const))(
    '%s',
    (_typed, answer, index) => {
      expect((outputs[index] ?? '').trim()).toMatch(patternOf(answer));
    },
  );
});
