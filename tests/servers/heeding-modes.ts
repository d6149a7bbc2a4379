import { programOf } from './program.ts';

/**
 * A command that runs the one given to it as arguments as somebody whom the modes of files bind. Root is not bound by them,
 * but for a root without these capabilities. (Another user could not read the project where it lies in root's home.)
 */
export function heedingModes(): readonly string[] {
  if (process.getuid?.() !== 0) return [];
  return [programOf('setpriv'), '--bounding-set', '-dac_override,-dac_read_search'];
}
