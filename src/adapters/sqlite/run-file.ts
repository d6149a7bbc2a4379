import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { WalPlace } from './wal-place.ts';

/** A file beside the database with the same run as in the database itself, unless one of the two was exchanged. */
export const RUN_FILE = 'banyan.run';

/**
 * `open`: a server uses the database, or died while using it. `closing`: it is checkpointing the write-ahead log.
 * `shut`: it has stopped cleanly.
 */
export type RunState = 'open' | 'closing' | 'shut';

export type RunMark = {
  readonly run: string;
  readonly state: RunState;
  /** The machine's boot id, `-` if unknown. */
  readonly boot: string;
  /** The log position last acknowledged. */
  readonly wal: WalPlace;
};

/** The content of the file. `old`: a version before these marks wrote only the run's name. */
export type StoredMark =
  | { readonly kind: 'none' }
  | { readonly kind: 'damaged' }
  | { readonly kind: 'old'; readonly run: string }
  | ({ readonly kind: 'whole' } & RunMark);

const WHOLE = /^([0-9a-f]{16})\nstate (open|closing|shut) *\nwal ([0-9a-f]{16}) +(\d+)\nboot (\S+) *\n$/;
const OLD = /^([0-9a-f]{16})\n?$/;
const CHECK = 'check ';

export function readRunFile(folder: string): StoredMark {
  const file = join(folder, RUN_FILE);
  if (!existsSync(file)) return { kind: 'none' };
  const text = readFileSync(file, 'latin1');
  const run = OLD.exec(text)?.[1];
  if (run !== undefined) return { kind: 'old', run };
  const checkAt = text.lastIndexOf(CHECK);
  const found = checkAt < 0 ? null : WHOLE.exec(text.slice(0, checkAt));
  if (found === null || text !== withCheck(text.slice(0, checkAt))) return { kind: 'damaged' };
  const [, name = '', state, salt = '', frames, boot = ''] = found;
  return { kind: 'whole', run: name, state: state as RunState, boot, wal: { salt, frames: Number(frames) } };
}

function encode({ run, state, wal, boot }: RunMark): string {
  const frames = String(wal.frames).padStart(10);
  return withCheck(`${run}\nstate ${state.padEnd(7)}\nwal ${wal.salt} ${frames}\nboot ${boot.padEnd(36)}\n`);
}

function withCheck(text: string): string {
  return `${text}${CHECK}${Bun.hash.crc32(text).toString(16).padStart(8, '0')}\n`;
}

/**
 * Writes the file in place. The content always has the same length, less than a disk sector, so that a crash leaves the
 * old text or the new one.
 */
export class RunFile {
  readonly #descriptor: number;

  constructor(folder: string) {
    this.#descriptor = openSync(join(folder, RUN_FILE), existsSync(join(folder, RUN_FILE)) ? 'r+' : 'wx');
  }

  /** It survives the end of this process, and of the machine only after `sync`. */
  write(mark: RunMark): void {
    writeSync(this.#descriptor, encode(mark), 0, 'latin1');
  }

  sync(): void {
    fsyncSync(this.#descriptor);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** Writes and syncs the file once. An old or damaged one has another length, so it is truncated first. */
export function writeRunFile(folder: string, mark: RunMark): void {
  const descriptor = openSync(join(folder, RUN_FILE), 'w');
  try {
    writeSync(descriptor, encode(mark), 0, 'latin1');
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** An id for the time since the machine's boot. */
export function bootId(): string {
  if (process.platform === 'linux') return firstLine(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1'));
  if (process.platform !== 'darwin') return '-';
  return firstLine(() => Bun.spawnSync(['sysctl', '-n', 'kern.bootsessionuuid']).stdout.toString());
}

function firstLine(read: () => string): string {
  try {
    return /^[0-9A-Fa-f-]{36}/.exec(read())?.[0] ?? '-';
  } catch {
    return '-';
  }
}
