import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export type CliResult = { readonly code: number; readonly out: string; readonly err: string };

/**
 * Runs a command of the program to its end. `env` adds to the environment without Banyan settings; `through` is a
 * command that runs the one given to it as arguments.
 */
export async function runCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  through: readonly string[] = [],
): Promise<CliResult> {
  return startCli(args, env, through).result;
}

export type RunningCli = {
  /** Resolves with its first output. */
  readonly begun: Promise<void>;
  readonly result: Promise<CliResult>;
  signal(signal: NodeJS.Signals): void;
};

/** The same, while it is running. */
export function startCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  through: readonly string[] = [],
): RunningCli {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(BANYAN_|PORT$)/.test(name)));
  const running = Bun.spawn([...through, process.execPath, PROGRAM, ...args], {
    env: { ...own, ...env },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const { promise: begun, resolve } = Promise.withResolvers<void>();
  const texts = Promise.all([textOf(running.stdout, resolve), textOf(running.stderr, () => undefined)]);
  const result = Promise.all([running.exited, texts]).then(([code, [out, err]]): CliResult => ({ code, out, err }));
  return { begun, result, signal: (signal) => running.kill(signal) };
}

async function textOf(stream: ReadableStream<Uint8Array>, onFirst: () => void): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    onFirst();
  }
  return text;
}
