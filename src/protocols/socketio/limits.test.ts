import { describe, expect, test } from 'bun:test';
import { type Line, World } from '../../../tests/core/socketio.ts';
import { UNLIMITED } from '../../core/limits/quotas.ts';

const LIMITED = { ...UNLIMITED, commandsPerSecond: 10 };

/** Sends one packet repeatedly, or until the connection closes; returns how often. */
async function repeat(world: World, line: Line, { times, message }: { times: number; message: string }) {
  let said = 0;
  for (; said < times && line.isOpen; said += 1) line.say(message);
  await world.node.clock.settle();
  return said;
}

describe('LI2 a Socket.IO client that keeps exceeding its rate', () => {
  const ways: readonly [what: string, message: string][] = [
    ['events', '2["publish","log:a",1]'],
    ['events that mean nothing', '2["no such event"]'],
    ['events whose arguments make no sense', '2["publish",1]'],
    ['acks that nobody waits for', '31[]'],
  ];
  test.each(ways)('by %s is closed', async (_what, message) => {
    const world = new World({}, { quotas: LIMITED });
    const line = await world.connected();
    expect(await repeat(world, line, { times: 100, message })).toBe(21);
    expect(line.isOpen).toBe(false);
  });

  test('by discarded attachments is closed', async () => {
    const world = new World({}, { quotas: LIMITED });
    const line = await world.connected();
    await world.say(line, '59999999-["publish","log:a",[]]');
    let sent = 0;
    for (; sent < 100 && line.isOpen; sent += 1) line.handler?.receive(new Uint8Array([1]));
    expect([sent, line.isOpen]).toEqual([20, false]);
  });

  test('LI1 gets an error first', async () => {
    const world = new World({}, { quotas: LIMITED });
    const line = await world.connected();
    await repeat(world, line, { times: 15, message: '2["no such event"]' });
    const told = line.events('error').map(([error]) => (error as { error: { code: number } }).error.code);
    expect(told).toEqual([...Array(10).fill(104), ...Array(5).fill(111)]);
    expect(line.isOpen).toBe(true);
  });

  test('by entering and leaving namespaces is closed, whatever the settings', async () => {
    const world = new World();
    const line = world.open();
    for (let times = 0; times < 200; times += 1) await world.say(line, '0', '1');
    expect(() => line.say('0')).toThrow('too many requests');
  });
});
