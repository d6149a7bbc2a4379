import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { SignJWT } from 'jose';
import { clientFrame } from '../../src/wire-clients/frames.ts';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { RawClient } from './raw-client.ts';

const SECRET = 'a secret that is shared with one application only';
const RIGHTS = { subscribe: 'everyone', publish: 'everyone', readHistory: 'everyone', readPresence: 'everyone' };
const NAMESPACES = {
  disk: { ...RIGHTS, history: 'durable', presence: true },
  mem: { ...RIGHTS, history: 'memory', historySize: 300 },
  board: { ...RIGHTS, type: 'map' },
};
const SOCKETS = 8;
/** Almost as many as one connection may have running. */
const COMMANDS = 1_000;
const KEPT = 300;
const ROUNDS = 40;

let server: BanyanProcess;

beforeAll(async () => {
  server = await startBanyan({ BANYAN_TOKEN_SECRET: SECRET, BANYAN_NAMESPACES: JSON.stringify(NAMESPACES) });
  const filler = await clientOf('filler');
  for (const channel of ['disk:x', 'mem:x']) {
    for (let count = 0; count < KEPT; count += 1) filler.send({ publish: { channel, data: 'x'.repeat(100) } });
    await filler.ask({ publish: { channel, data: 'last' } });
  }
  for (let count = 0; count < KEPT; count += 1) {
    filler.send({ publish: { channel: 'board:x', data: 'x'.repeat(100), key: `k${count}` } });
  }
  await filler.ask({ history: { channel: 'mem:x', limit: 0 } });
  filler.end();
});
afterAll(() => server.stop());

async function clientOf(user: string): Promise<RawClient> {
  const token = await new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(user)
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(SECRET));
  const raw = await RawClient.open(server.socketUrl);
  expect((await raw.ask({ connect: { token } })).error).toBeUndefined();
  return raw;
}

/** As many commands as may be running, in one frame. */
const flood = (command: object) =>
  clientFrame(
    Array.from({ length: COMMANDS }, (_, index) => JSON.stringify({ id: index + 1_000, ...command })).join('\n'),
  );

describe('FS1 a user with heavy reads', () => {
  test.each([
    ['history on disk', { history: { channel: 'disk:x', limit: KEPT } }],
    ['history in memory', { history: { channel: 'mem:x', limit: KEPT } }],
    ['presence', { presence: { channel: 'disk:x' } }],
    ['recoveries', { subscribe: { channel: 'disk:x', recover: true, offset: 1, epoch: '' } }],
    ['maps', { subscribe: { channel: 'board:x', type: 1, phase: 2 } }],
  ])(
    'FS1 does not keep another from publishing and reading: %s',
    async (_, command) => {
      const ann = await clientOf('ann');
      const attackers = await Promise.all(Array.from({ length: SOCKETS }, () => clientOf('mallory')));
      for (const attacker of attackers) attacker.write(flood(command));
      for (let round = 0; round < ROUNDS; round += 1) {
        expect((await ann.ask({ publish: { channel: 'mem:y', data: round } })).error).toBeUndefined();
        expect((await ann.ask({ history: { channel: 'mem:x', limit: KEPT } })).error).toBeUndefined();
        expect((await ann.ask({ history: { channel: 'disk:x', limit: KEPT } })).error).toBeUndefined();
      }
      const served = attackers.reduce(
        (sum, { messages }) => sum + messages.filter(({ id = 0 }) => id >= 1_000).length,
        0,
      );
      const isHeavy = 'history' in command;
      // Without fair scheduling, all of the first user's reads ran before the second user's.
      if (isHeavy) expect(served).toBeLessThan((SOCKETS * COMMANDS) / 2);
      for (const raw of [ann, ...attackers]) raw.end();
    },
    60_000,
  );
});
