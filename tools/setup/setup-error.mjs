// @ts-check

/** Why the program cannot be set up on this machine, in one line for the person who tries. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}

/**
 * Prints a SetupError as its one line, anything else with its stack, and ends the process.
 *
 * @param {unknown} error
 * @returns {never}
 */
export function exitWith(error) {
  console.error(error instanceof SetupError ? `banyan: ${error.message}` : error);
  process.exit(1);
}
