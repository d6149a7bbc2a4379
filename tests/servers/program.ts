import { findProgram, howToInstall, type ProgramName } from '../../tools/testing/programs.mjs';

/**
 * The path of a program that a test runs. Nothing is installed here: `npm test` does that before any test runs
 * (tools/testing/prepare.mjs), and leaves out files whose programs it could not install.
 *
 * @throws when it is missing, with how to install it
 */
export function programOf(name: ProgramName): string {
  const found = findProgram(name);
  if (found === undefined) throw new Error(howToInstall([name]));
  return found;
}
