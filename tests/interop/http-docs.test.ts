import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { programOf } from '../servers/program.ts';

const PAGE = readFileSync(fileURLToPath(new URL('../../docs/http.md', import.meta.url)), 'utf8');
const SECRET = /export BANYAN_TOKEN_SECRET=(\S+)/.exec(PAGE)?.[1] ?? '';
const NAMESPACES = /export BANYAN_NAMESPACES='(.+)'/.exec(PAGE)?.[1] ?? '';
/** What to type, and what comes back; `…` stands for anything. */
const EXAMPLES = [...PAGE.matchAll(/```sh\n([\s\S]*?)```\n```\n([\s\S]*?)```/g)].map(([, typed = '', answer = '']) => ({
  typed,
  answer,
}));
const MARK = '\n@@@ the next example\n';
/** Streams have no end: they are listened to for so many seconds. */
const LISTEN = 2;

let server: BanyanProcess;
let outputs: readonly string[] = [];

/** Types the examples one after the other into one shell. */
async function typeAll(): Promise<string> {
  const script = [
    `curl() { case "$*" in *-N*) command curl -s --max-time ${LISTEN} "$@";; *) command curl -s "$@";; esac; }`,
    ...EXAMPLES.map(({ typed }) => `${typed}\nprintf '${MARK.replaceAll('\n', '\\n')}'`),
  ].join('\n');
  const shell = Bun.spawn(['bash', '-c', script.replaceAll('http://localhost:8000', server.url)], {
    env: { ...process.env, BANYAN_TOKEN_SECRET: SECRET },
    stdout: 'pipe',
  });
  return new Response(shell.stdout).text();
}

function patternOf(answer: string): RegExp {
  const literal = answer
    .trim()
    .split('…')
    .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${literal.join('[\\s\\S]*?')}$`);
}

describe('docs/http.md', () => {
  beforeAll(async () => {
    for (const program of ['bash', 'curl', 'sed', 'openssl']) programOf(program, program);
    server = await startBanyan({
      ...{ BANYAN_CLIENT_ANONYMOUS: 'true', BANYAN_TOKEN_SECRET: SECRET, BANYAN_NAMESPACES: NAMESPACES },
    });
    outputs = (await typeAll()).split(MARK);
  }, 30_000);
  afterAll(() => server.stop());

  test('has an answer to each example', () => {
    expect(EXAMPLES.length).toBeGreaterThan(8);
    expect(PAGE.match(/```sh\n/g)).toHaveLength(EXAMPLES.length);
  });

  test.each(EXAMPLES.map(({ typed, answer }, index) => [typed.trim(), answer, index] as const))(
    '%s',
    (_typed, answer, index) => {
      expect((outputs[index] ?? '').trim()).toMatch(patternOf(answer));
    },
  );
});
