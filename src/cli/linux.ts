import { readFileSync } from 'node:fs';

/** The text of a file of the kernel's, without its last line break; undefined where there is none, or it may not be read. */
function kernelFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** How many connections this machine can have to one address of another, as far as ports go. */
export function localPorts(): number | undefined {
  const [from, to] = kernelFile('/proc/sys/net/ipv4/ip_local_port_range')?.split(/\s+/).map(Number) ?? [];
  return from === undefined || to === undefined ? undefined : to - from + 1;
}
