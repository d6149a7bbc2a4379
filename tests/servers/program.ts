import { spawnSync } from 'node:child_process';

/** Debian puts servers where only root looks. */
const FOLDERS = `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin`;

/**
 * The path of a program that a test needs. Where it is missing, it is installed when that takes no more than asking:
 * on Debian, as root, without starting any service. Throws with what to install otherwise: a test that silently does
 * not run is no test.
 */
export function programOf(name: string, debianPackage: string): string {
  const found =
    Bun.which(name, { PATH: FOLDERS }) ?? (install(debianPackage) ? Bun.which(name, { PATH: FOLDERS }) : null);
  if (found !== null) return found;
  throw new Error(`${name} is missing and a test needs it (Debian and Ubuntu: apt-get install ${debianPackage})`);
}

function install(debianPackage: string): boolean {
  if (process.getuid?.() !== 0 || Bun.which('apt-get') === null) return false;
  console.error(`installing ${debianPackage}, which a test needs …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const apt = (...args: string[]) => spawnSync('apt-get', args, { env, timeout: 180_000 }).status === 0;
  const install = ['install', '-y', '--no-install-recommends', debianPackage];
  return apt(...install) || (apt('update') && apt(...install));
}
