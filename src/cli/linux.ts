import { readFileSync } from 'node:fs';

/** The content of a kernel file, without its last line break; undefined if it is missing or unreadable. */
export function kernelFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** A number in a kernel file; undefined if it is missing, or not a number (`max`). */
export function kernelNumber(path: string): number | undefined {
  const text = kernelFile(path);
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** The maximum number of connections from this machine to one address, by its ports. */
export function localPorts(): number | undefined {
  const [from, to] = kernelFile('/proc/sys/net/ipv4/ip_local_port_range')?.split(/\s+/).map(Number) ?? [];
  return from === undefined || to === undefined ? undefined : to - from + 1;
}
