import { appendFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programOf } from './program.ts';

/** A disk for a server's data, which a test can fill. */
export type SmallDisk = {
  readonly kind: 'namespace' | 'mount' | 'limit';
  /** For `startBanyan`. The server's errors are expected and many: they are not printed. */
  readonly through: readonly string[];
  /** Fills the disk until `free` is called. `pid`: the server's. */
  fill(pid: number): void;
  free(pid: number): void;
  /** To be called after the server has ended. */
  release(): void;
};

/**
 * Makes a file system of this size at the folder: in a mount namespace of the server; or mounted by root, where
 * namespaces are not allowed, as in a chroot. Where nothing can be mounted, the file size is limited instead: to the
 * server that is a disk that accepts no more, though with another error. `BANYAN_SMALL_DISK` chooses one of these
 * methods (`namespace`, `mount`, `limit`).
 */
export function smallDisk(folder: string, mib: number): SmallDisk {
  const kind = process.env.BANYAN_SMALL_DISK ?? firstPossible();
  const quietly = ['sh', '-c', `trap '' XFSZ; exec "$@" 2>/dev/null`, 'sh'];
  if (kind === 'namespace') {
    const through = inNamespace(`mount -t tmpfs -o size=${mib}m tmpfs "$0" && exec "$@" 2>/dev/null`, folder);
    return { kind, through, ...ballastIn((pid) => `/proc/${pid}/root${folder}/ballast`), release: () => undefined };
  }
  if (kind === 'mount') {
    mount(folder, mib);
    const release = () => run('umount', folder);
    return { kind, through: quietly, ...ballastIn(() => join(folder, 'ballast')), release };
  }
  console.warn('no file system can be mounted here: a file size limit replaces the full disk');
  return {
    ...{ kind: 'limit', through: quietly },
    fill: (pid) => limit(pid, String(largestIn(folder))),
    free: (pid) => limit(pid, 'unlimited'),
    release: () => undefined,
  };
}

function firstPossible(): SmallDisk['kind'] {
  const probe = inNamespace('mount -t tmpfs -o size=1m tmpfs "$0"', tmpdir());
  if (Bun.spawnSync([...probe]).success) return 'namespace';
  return process.getuid?.() === 0 && mayMount() ? 'mount' : 'limit';
}

function mayMount(): boolean {
  const at = join(tmpdir(), `banyan-mount-${process.pid}`);
  const probe = `mkdir "$0" && mount -t tmpfs -o size=1m tmpfs "$0"; code=$?; umount "$0" 2>/dev/null; rmdir "$0"; exit $code`;
  return Bun.spawnSync(['sh', '-c', probe, at]).success;
}

const inNamespace = (script: string, at: string): readonly string[] => [
  ...[programOf('unshare'), '--user', '--map-root-user', '--mount'],
  ...['sh', '-c', script, at],
];

function mount(folder: string, mib: number): void {
  run('mount', '-t', 'tmpfs', '-o', `size=${mib}m`, 'tmpfs', folder);
}

function limit(pid: number, bytes: string): void {
  run(programOf('prlimit'), '--pid', String(pid), `--fsize=${bytes}:`);
}

function run(...command: readonly string[]): void {
  const { success, stderr } = Bun.spawnSync([...command]);
  if (!success) throw new Error(`${command.join(' ')}: ${stderr}`);
}

function largestIn(folder: string): number {
  return Math.max(...readdirSync(folder).map((name) => statSync(join(folder, name)).size));
}

/** One file that takes all remaining space. */
function ballastIn(pathOf: (pid: number) => string): Pick<SmallDisk, 'fill' | 'free'> {
  const kib = Buffer.alloc(1_024);
  return {
    fill: (pid) => {
      const isWritten = () => {
        try {
          appendFileSync(pathOf(pid), kib);
          return true;
        } catch {
          return false;
        }
      };
      while (isWritten());
    },
    free: (pid) => rmSync(pathOf(pid)),
  };
}
