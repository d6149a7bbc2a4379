import { existsSync, readFileSync } from 'node:fs';
import type { Sources } from '../app/load-config.ts';

/** One thing that the program can be asked to do: `banyan <name> …`. */
export type Command = {
  /** One line for the help. */
  readonly summary: string;
  /** What `<name> --help` prints, where a line does not tell it. */
  readonly help?: string;
  /**
   * Does it; `args` is what stands behind the command's name. Resolves with the exit code, or not at all while it
   * serves. Throws `StartError` when it cannot be done, with one line that says why.
   */
  run(args: readonly string[]): Promise<number>;
};

/** Where this process takes its settings from. */
export function processSources(args: readonly string[]): Sources {
  return { args, env: process.env, readFile: (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined) };
}
