import { accessSync, constants, existsSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { databaseLook } from '../../app/database-look.ts';
import { bytes, ms } from '../figures.ts';
import { type Finding, fail, ok, skip, warn } from './finding.ts';
import { measureSync } from './sync-speed.ts';

const GIB = 1_024 ** 3;
const MIN_FREE_BYTES = GIB;
const NO_SPACE = GIB / 8;
/** A larger database is checked only on request, which reads all of it. */
const CHECKED_BYTES = 2 * GIB;
/** A sync slower than this, in microseconds, is noticeable to publishers that wait for an ack. */
const SLOW_SYNC = 20_000;
const SLOW_SYNC_P99 = 200_000;

/** File systems with a risk, by their number of statfs(2). */
const KINDS: ReadonlyMap<number, readonly [what: string, remedy: string]> = new Map([
  [0x01021994, ['in memory (tmpfs): a restart of the machine loses all of it', 'put it on a disk with BANYAN_DATA']],
  [0x858458f6, ['in memory (ramfs): a restart of the machine loses all of it', 'put it on a disk with BANYAN_DATA']],
  [
    0x794c7630,
    ["in the container's own layer: it is gone with the container", 'mount a volume, and set BANYAN_DATA to it'],
  ],
  [0x6969, ['on NFS, where SQLite cannot be sure of its locks', 'put it on a disk of this machine']],
  [0xff534d42, ['on a Windows share, where SQLite cannot be sure of its locks', 'put it on a disk of this machine']],
  [0xfe534d42, ['on a Windows share, where SQLite cannot be sure of its locks', 'put it on a disk of this machine']],
]);

/** Checks the data folder: permissions, space, speed of the disk, and the database. */
export function dataFindings(data: string, isFull: boolean): Finding[] {
  const folder = resolve(data);
  const rights = looked('folder', () => folderRights(folder));
  const place = nearestFolder(folder);
  return [
    rights,
    looked('file system', () => kindOf(place)),
    looked('space', () => space(place)),
    ...(rights.status === 'fail' ? [] : [sync(place)]),
    looked('database', () => database(folder, isFull)),
  ];
}

/** Not every system reports everything; an error here must not end the check. */
function looked(name: string, look: () => Finding): Finding {
  try {
    return look();
  } catch (error) {
    return skip(name, `it cannot be looked at (${(error as Error).message})`);
  }
}

function folderRights(folder: string): Finding {
  const name = 'folder';
  const remedy = `let the user who runs the server own it: chown -R ${process.getuid?.() ?? 'that user'} ${folder}`;
  if (!existsSync(folder)) {
    const above = nearestFolder(folder);
    if (mayWrite(above) && statSync(above).isDirectory())
      return ok(name, `${folder} is not there yet; the first start makes it`);
    return fail(
      name,
      `${folder} is not there, and ${above} may not be written`,
      'make the folder for the user who runs the server',
    );
  }
  if (!statSync(folder).isDirectory()) return fail(name, `${folder} is no folder`, 'set BANYAN_DATA to one');
  if (!mayWrite(folder)) return fail(name, `${folder} may not be written by this user`, remedy);
  const shut = readdirSync(folder).find((file) => !mayWrite(join(folder, file)));
  if (shut !== undefined) return fail(name, `${join(folder, shut)} may not be written by this user`, remedy);
  if ((statSync(folder).mode & 0o002) !== 0)
    return warn(name, `${folder} may be written by anyone on this machine`, `chmod o-w ${folder}`);
  const isElses = process.getuid?.() === 0 && statSync(folder).uid !== 0;
  return ok(
    name,
    isElses ? `${folder}, for root; run this as the user who runs the server to see it for them` : folder,
  );
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The folder, or its nearest existing parent: on the same disk. */
function nearestFolder(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearestFolder(dirname(folder));
}

function kindOf(place: string): Finding {
  const name = 'file system';
  const known = process.platform === 'linux' ? KINDS.get(statfsSync(place).type) : undefined;
  if (known !== undefined) return warn(name, known[0], known[1]);
  return process.platform === 'linux' ? ok(name, 'a disk') : skip(name, `its kind is not told on ${process.platform}`);
}

function space(place: string): Finding {
  const { bavail, blocks, bsize } = statfsSync(place);
  const free = bavail * bsize;
  const found = `${bytes(free)} free of ${bytes(blocks * bsize)}`;
  const remedy = 'a full disk refuses every durable publication: free some, or move the data with BANYAN_DATA';
  if (free < NO_SPACE) return fail('space', found, remedy);
  return free < MIN_FREE_BYTES ? warn('space', found, remedy) : ok('space', found);
}

function sync(place: string): Finding {
  const name = 'disk sync';
  try {
    const times = measureSync(place);
    const [median, p99] = [times.quantile(0.5), times.quantile(0.99)];
    const found = `${ms(median / 1_000)} ms (median), ${ms(p99 / 1_000)} ms (p99): the least that an ack in a durable channel waits; those that come together wait for one`;
    if (median <= SLOW_SYNC && p99 <= SLOW_SYNC_P99) return ok(name, found);
    return warn(name, found, 'a disk that does nothing else, or one that is made for databases, takes below 5 ms');
  } catch (error) {
    return fail(
      name,
      `nothing can be written in ${place} (${(error as Error).message})`,
      'free space, or make the disk writable',
    );
  }
}

function database(folder: string, isFull: boolean): Finding {
  const name = 'database';
  const look = databaseLook(folder, isFull ? Number.POSITIVE_INFINITY : CHECKED_BYTES);
  switch (look.kind) {
    case 'none':
      return skip(name, 'there is none yet');
    case 'missing':
      return fail(name, look.why, 'nothing starts with this folder before that');
    case 'unreadable':
      return fail(name, `it cannot be read (${look.why})`, 'stop the server, and bring back the folder from a backup');
    case 'damaged':
      return damaged(look.why);
    case 'there': {
      const [newer] = look.unknown;
      if (newer !== undefined)
        return fail(name, `a newer Banyan has written it (it has ${newer})`, 'run that version, or a later one');
      const [broken, ...more] = look.broken ?? [];
      if (broken !== undefined) {
        const others = more.length === 0 ? '' : `, and ${more.length} more`;
        return damaged(`${oneLine(broken)}${others}`);
      }
      const size = bytes(look.bytes);
      const pending = look.pending === 0 ? '' : `; the next start brings its schema up to date (${look.pending} steps)`;
      return look.broken === undefined
        ? skip(name, `${size}, not checked for its size; --full does${pending}`)
        : ok(name, `${size}, whole${pending}`);
    }
    default:
      return look satisfies never;
  }
}

function damaged(how: string): Finding {
  return fail(
    'database',
    `it is damaged: ${how}`,
    'stop the server and run "repair", which keeps what can be read, or bring the folder back from a backup; then look at the disk',
  );
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
