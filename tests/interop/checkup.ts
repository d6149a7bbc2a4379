import { expect } from 'bun:test';
import { runCli } from '../servers/cli.ts';

export type Finding = {
  readonly name: string;
  readonly status: string;
  readonly found: string;
  readonly remedy?: string;
};

export type Checkup = {
  readonly code: number;
  readonly all: readonly Finding[];
  readonly of: (name: string) => Finding;
};

/** Runs the doctor and returns its findings. */
export async function checkup(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Checkup> {
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

/** The other checks are about this machine, and not covered here. */
export function failed({ all }: Checkup): string[] {
  return all.filter(({ status }) => status === 'fail').map(({ name }) => name);
}
