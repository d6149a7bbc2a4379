import { readFileSync } from 'node:fs';

/** The text of a file of the kernel's, without its last line break; undefined where there is none, or it may not be read. */
export function kernelFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** A number that the kernel tells in a file; undefined where there is none, or it is no number (`max`). */
export function kernelNumber(path: string): number | undefined {
  const text = kernelFile(path);
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** How many connections this machine can have to one address of another, as far as ports go. */
export function localPorts(): number | undefined {
  const [from, to] = kernelFile('/proc/sys/net/ipv4/ip_local_port_range')?.split(/\s+/).map(Number) ?? [];
  return from === undefined || to === undefined ? undefined : to - from + 1;
}
