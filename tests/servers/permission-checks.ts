import { programOf } from './program.ts';

/**
 * A command that runs the one given to it as arguments under file permission checks. Root bypasses them unless it drops
 * these capabilities. (Another user could not read the project if it is in root's home.)
 */
export function withPermissionChecks(): readonly string[] {
  if (process.getuid?.() !== 0) return [];
  return [programOf('setpriv'), '--bounding-set', '-dac_override,-dac_read_search'];
}
