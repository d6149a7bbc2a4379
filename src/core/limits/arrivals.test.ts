import { describe, expect, test } from 'bun:test';
import { Arrivals } from './arrivals.ts';
import { type Quotas, UNLIMITED } from './quotas.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

function arrivalsWith(quotas: Partial<Quotas>, connections = () => 0): Arrivals {
  return new Arrivals({ quotas: { ...UNLIMITED, ...quotas }, random: () => 0.5, connections });
}

/** Opens one connection, if allowed. */
function come(arrivals: Arrivals, address: string, now = START): string {
  const turned = arrivals.admit(address, now, true);
  if (turned === undefined) arrivals.opened(address);
  return turned?.limit ?? 'in';
}

describe('LI6 an address', () => {
  test('has a connection limit, and room again when one closes', () => {
    const arrivals = arrivalsWith({ addressConnections: 2 });
    expect(['1', '2', '3'].map(() => come(arrivals, '192.0.2.1'))).toEqual(['in', 'in', 'addressConnections']);
    expect(come(arrivals, '192.0.2.2')).toBe('in');
    arrivals.closed('192.0.2.1');
    expect([1, 2].map(() => come(arrivals, '192.0.2.1'))).toEqual(['in', 'addressConnections']);
  });

  test('of IPv6 is its /64', () => {
    const arrivals = arrivalsWith({ addressConnections: 1 });
    expect(come(arrivals, '2001:db8::1')).toBe('in');
    expect(come(arrivals, '2001:db8:0:0:ffff::2')).toBe('addressConnections');
    expect(come(arrivals, '2001:db8:0:1::1')).toBe('in');
    expect(come(arrivals, '::ffff:192.0.2.1')).toBe('in');
    expect(come(arrivals, '192.0.2.1')).toBe('addressConnections');
  });

  test('of this machine has no limit: it may be a proxy', () => {
    const arrivals = arrivalsWith({ addressConnections: 1, addressConnectsPerSecond: 1 });
    for (const address of ['127.0.0.1', '127.0.0.1', '::1', '::1', '::ffff:127.0.0.1', '']) {
      expect(come(arrivals, address)).toBe('in');
    }
  });

  test('has a rate of new connections, and is told when to retry', () => {
    const arrivals = arrivalsWith({ addressConnectsPerSecond: 2, burstSeconds: 2 });
    expect([1, 2, 3, 4, 5].map(() => come(arrivals, '192.0.2.1'))).toEqual([...Array(4).fill('in'), 'addressConnects']);
    expect(arrivals.admit('192.0.2.1', START, true)?.retryMs).toBeWithin(1_500, 2_500);
    expect(come(arrivals, '192.0.2.2')).toBe('in');
    expect(come(arrivals, '192.0.2.1', START + 500)).toBe('in');
  });
});

describe('LI2 an address that floods', () => {
  test('may open fewer connections for a while: each flood costs it a second’s worth', () => {
    const arrivals = arrivalsWith({ addressConnectsPerSecond: 10, burstSeconds: 2 });
    arrivals.flooded('192.0.2.1', START);
    const beginsOf = (address: string) => Array.from({ length: 30 }, () => come(arrivals, address));
    expect(beginsOf('192.0.2.1').filter((each) => each === 'in')).toHaveLength(10);
    expect(beginsOf('192.0.2.2').filter((each) => each === 'in')).toHaveLength(20);
    for (let count = 0; count < 10; count += 1) arrivals.flooded('192.0.2.1', START);
    expect(come(arrivals, '192.0.2.1', START + 50)).toBe('addressConnects');
    expect(come(arrivals, '192.0.2.1', START + 150)).toBe('in');
  });
});

describe('LI7 the whole node', () => {
  test('has a connection limit', () => {
    let open = 9;
    const arrivals = arrivalsWith({ connections: 10 }, () => open);
    expect(come(arrivals, '')).toBe('in');
    open = 10;
    expect(come(arrivals, '')).toBe('connections');
  });

  test('ST1 tells refused clients to return as fast as they can be admitted', () => {
    const arrivals = arrivalsWith({ connectsPerSecond: 100, burstSeconds: 1 });
    const turned = Array.from({ length: 1_100 }, () => arrivals.admit('', START, true)).filter(
      (each) => each !== undefined,
    );
    expect(turned).toHaveLength(1_000);
    const times = turned.map(({ retryMs }) => START + retryMs);
    const inSecond = (second: number) => times.filter((time) => Math.floor((time - START) / 1_000) === second).length;
    expect([0, 1, 5, 10, 11].map(inSecond)).toEqual([0, 100, 100, 100, 0]);
    // And then they are admitted.
    expect(times.filter((time) => arrivals.admit('', time, true) !== undefined)).toEqual([]);
  });

  test('ST1 tells nobody to return later than in a minute', () => {
    const arrivals = arrivalsWith({ connectsPerSecond: 1, burstSeconds: 1 });
    const turned = Array.from({ length: 1_000 }, () => arrivals.admit('', START, true)?.retryMs ?? 0);
    expect(Math.max(...turned)).toBeLessThanOrEqual(MINUTE);
    expect(turned.filter((retryMs) => retryMs > MINUTE / 2).length).toBeGreaterThan(900);
  });

  test('ST1 reserves no times for clients that ignore them', () => {
    const arrivals = arrivalsWith({ connectsPerSecond: 1, burstSeconds: 1 });
    for (let count = 0; count < 100; count += 1) arrivals.admit('', START, false);
    expect(arrivals.admit('', START, true)?.retryMs).toBe(1_000);
    expect(arrivals.admit('', START, true)?.retryMs).toBe(2_000);
    expect(arrivals.admit('', START, false)?.retryMs).toBe(3_000);
  });

  test('DR1 admits nobody before a stop', () => {
    const arrivals = arrivalsWith({});
    expect(come(arrivals, '')).toBe('in');
    arrivals.stop();
    const turned = arrivals.admit('', START, true);
    expect(turned?.limit).toBe('draining');
    expect(turned?.retryMs).toBeWithin(1_000, 3_001);
  });

  test('ST1 continues after the clock stepped back', () => {
    const arrivals = arrivalsWith({ connectsPerSecond: 10, burstSeconds: 1 });
    for (let count = 0; count < 500; count += 1) arrivals.admit('', START, true);
    const before = START - 3_600_000;
    expect(come(arrivals, '', before)).toBe('in');
    for (let count = 0; count < 10; count += 1) arrivals.admit('', before, true);
    expect(arrivals.admit('', before, true)?.retryMs).toBeLessThan(3_000);
  });
});
