import { availableParallelism, freemem, loadavg, platform, totalmem } from 'node:os';
import { connectionCapacity, fileLimit, OWN_FILES } from '../../runtimes/bun/file-limit.ts';
import { bytes, whole } from '../figures.ts';
import { kernelFile, kernelNumber, localPorts } from '../linux.ts';
import { cgroupLimits } from './cgroup.ts';
import { type Finding, fail, ok, skip, warn } from './finding.ts';

const MIB = 1_024 ** 2;
/** The memory of an idle process, and of each connection; measured, see bench/results/. */
const IDLE_BYTES = 120 * MIB;
const CONNECTION_BYTES = 8 * 1_024;
/** Simultaneous connection attempts: as many as after a restart. */
const WANTED_QUEUE = 1_024;

/** Checks whether this machine can hold this many connections. Values only Linux reports are skipped elsewhere. */
export function machineFindings(connections: number): Finding[] {
  return [processors(), memory(connections), openFiles(connections), ...network(connections)];
}

function processors(): Finding {
  const { processors: quota } = cgroupLimits();
  const there = availableParallelism();
  const usable = Math.min(there, quota ?? there);
  const found =
    quota === undefined || quota >= there ? whole(there) : `${there}, of which this container may use ${quota}`;
  // Windows reports none.
  const [, load = 0] = loadavg();
  if (load > there * 2) {
    return warn(
      'processors',
      `${found}; over five minutes ${load.toFixed(1)} programs wanted one at any time`,
      'find out what is so busy here, or give it more',
    );
  }
  if (usable >= 2) return ok('processors', found);
  return warn('processors', found, 'give it two: one serves clients while the other writes to the disk');
}

function memory(connections: number): Finding {
  const { memory: limit } = cgroupLimits();
  const there = Math.min(totalmem(), limit ?? totalmem());
  const free = Math.min(availableMemory(), there);
  const needed = IDLE_BYTES + connections * CONNECTION_BYTES;
  const found = `${bytes(free)} free of ${bytes(there)}${limit !== undefined && limit < totalmem() ? ' (limit of the container)' : ''}`;
  const need = `${whole(connections)} connections need ${bytes(needed)}`;
  if (there < needed) return fail('memory', `${found}; ${need}`, 'give it more memory, or fewer connections');
  if (free < needed) return warn('memory', `${found}; ${need}`, 'free some, or give it more');
  return ok('memory', `${found}; ${need}`);
}

/** On Linux caches count as free, as the kernel releases them. */
function availableMemory(): number {
  const kib = /^MemAvailable:\s+(\d+) kB$/m.exec(kernelFile('/proc/meminfo') ?? '')?.[1];
  return kib === undefined ? freemem() : Number(kib) * 1_024;
}

function openFiles(connections: number): Finding {
  const limit = fileLimit();
  const name = 'open files';
  if (limit === undefined) {
    return skip(name, platform() === 'linux' ? 'no limit' : `not told on ${platform()}; "ulimit -n" says it`);
  }
  const room = connectionCapacity() ?? 0;
  const found = `${whole(limit)}, so ${whole(room)} connections`;
  if (room >= connections) return ok(name, found);
  const wanted = connections + OWN_FILES;
  return warn(
    name,
    `${found}; ${whole(connections)} are wanted`,
    `"ulimit -n ${wanted}" before the start; in systemd LimitNOFILE=${wanted}, in Docker --ulimit nofile=${wanted}`,
  );
}

/** A kernel setting, and its recommended minimum. */
type Setting = { readonly name: string; readonly key: string; readonly least: number; readonly what: string };

function network(connections: number): Finding[] {
  const settings: readonly Setting[] = [
    {
      name: 'accept queue',
      key: 'net.core.somaxconn',
      least: WANTED_QUEUE,
      what: 'connections may wait to be accepted',
    },
    { name: 'half-open', key: 'net.ipv4.tcp_max_syn_backlog', least: 256, what: 'connections may be on their way in' },
  ];
  return [...settings.map(kernelSetting), ports(connections), ...tracking(connections)];
}

function kernelSetting({ name, key, least, what }: Setting): Finding {
  const value = kernelNumber(`/proc/sys/${key.replaceAll('.', '/')}`);
  if (value === undefined) return skip(name, `${key} cannot be read here`);
  const found = `${whole(value)} ${what}`;
  return value >= least ? ok(name, found) : warn(name, found, `sysctl -w ${key}=${least * 4}`);
}

/** A proxy on this machine needs one for each connection it forwards. */
function ports(connections: number): Finding {
  const count = localPorts();
  const name = 'local ports';
  if (count === undefined) return skip(name, 'net.ipv4.ip_local_port_range cannot be read here');
  const found = `${whole(count)}, for connections that a proxy here passes on`;
  if (count >= connections) return ok(name, found);
  return warn(
    name,
    found,
    'sysctl -w net.ipv4.ip_local_port_range="1024 65535"; beyond that let the server listen on several addresses',
  );
}

function tracking(connections: number): Finding[] {
  const most = kernelNumber('/proc/sys/net/netfilter/nf_conntrack_max');
  if (most === undefined) return [];
  const found = `the firewall follows ${whole(most)} connections`;
  if (most >= connections * 2) return [ok('tracking', found)];
  return [
    warn(
      'tracking',
      found,
      `past it new ones are dropped: sysctl -w net.netfilter.nf_conntrack_max=${connections * 4}`,
    ),
  ];
}
