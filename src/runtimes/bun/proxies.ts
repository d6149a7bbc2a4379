import { BlockList, isIP } from 'node:net';

/** A client's address and encryption, seen through the proxies before this server. */
export type Proxies = {
  /** The client's address; '' if its socket is already closed. */
  addressOf(headers: Headers, peer: string): string;
  /** Whether the client's own connection is encrypted. */
  isEncrypted(request: Request, peer: string): boolean;
};

/**
 * Reads `X-Forwarded-For` and `X-Forwarded-Proto` only from trusted proxies, given by IP addresses or subnets
 * (`172.16.0.0/12`). Forwarded addresses are read from the right, each added by the proxy after it, up to the first
 * that is not a trusted proxy's: the client could have written those further left itself.
 */
export function createProxies(trusted: readonly string[]): Proxies {
  const isTrusted = createAddressList(trusted);
  return {
    addressOf: (headers, peer) => {
      const forwarded = headers.get('X-Forwarded-For')?.split(',') ?? [];
      let address = plain(peer);
      while (isTrusted(address)) {
        const before = plain(forwarded.pop() ?? '');
        if (isIP(before) === 0) break;
        address = before;
      }
      return address;
    },
    isEncrypted: ({ url, headers }, peer) =>
      url.startsWith('https:') ||
      (isTrusted(plain(peer)) && headers.get('X-Forwarded-Proto')?.split(',').at(-1)?.trim() === 'https'),
  };
}

/** Whether an address is one of these addresses, or in one of these subnets. */
export function createAddressList(entries: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const each of entries) {
    const [address = '', prefix] = each.split('/');
    if (prefix === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(prefix), familyOf(address));
  }
  return (address) => isIP(address) !== 0 && list.check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}

/** The IPv4 address of an IPv4-mapped IPv6 one. */
export function plain(address: string): string {
  return address.trim().replace(/^::ffff:(?=\d+\.)/i, '');
}
