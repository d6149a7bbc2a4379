import { expect, test } from 'bun:test';
import { TestNode } from '../../../tests/core/node.ts';

const ANN = { kind: 'external', user: 'ann' } as const;

// Centrifugo 6.9.1: `ValidatePublicationData` in internal/config/format.go, and a run of the server itself.
test('SO15 a publication without data is refused and not published', async () => {
  const world = new TestNode();
  const ann = await world.connected(ANN);
  expect(await world.ask(ann, { publish: { channel: 'live:x' } })).toMatchObject({ error: { code: 107 } });
  expect(await world.ask(ann, { publish: { channel: 'live:x', data: null } })).toMatchObject({ publish: {} });
});

// `res.WasRecovering = req.Recover` in client.go of the centrifuge library.
test('SO16 a client that requests recovery in a channel without history is told that it was not recovered', async () => {
  const world = new TestNode();
  const ann = await world.connected(ANN);
  const reply = await world.ask(ann, { subscribe: { channel: 'live:x', recover: true, epoch: 'old', offset: 3 } });
  expect(reply).toMatchObject({ subscribe: { was_recovering: true } });
  expect(reply).not.toMatchObject({ subscribe: { recovered: true } });
});
