import { existsSync, readFileSync } from 'node:fs';
import type { Sources } from '../app/load-config.ts';

/** A command of the program: `banyan <name> …`. */
export type Command = {
  /** One line for the help. */
  readonly summary: string;
  /** The output of `<name> --help`, if one line is not enough. */
  readonly help?: string;
  /**
   * Runs it; `args` are the arguments after the command's name. Resolves with the exit code, or never while it serves.
   * Throws `StartError`, with one line, if it fails.
   */
  run(args: readonly string[]): Promise<number>;
};

/** Where this process takes its settings from. */
export function processSources(args: readonly string[]): Sources {
  return { args, env: process.env, readFile: (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined) };
}
