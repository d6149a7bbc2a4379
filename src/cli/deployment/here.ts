import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';

/** Whether the URL's host is an address of this machine. */
export async function leadsHere(url: string): Promise<boolean> {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  const addresses = await lookup(host, { all: true }).catch(() => []);
  const own = new Set(
    Object.values(networkInterfaces()).flatMap((found) => found?.map(({ address }) => address) ?? []),
  );
  return addresses.some(({ address }) => own.has(address));
}
