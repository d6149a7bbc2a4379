import { expect, test } from 'bun:test';
import { PLAIN, TestNode } from '../../../tests/core/node.ts';
import type { Principal } from '../access/principal.ts';
import type { Namespace } from '../channels/namespace.ts';

const MAP: Namespace = { ...PLAIN, type: 'map' };
const LAST_PAGE = { type: 1, phase: 2 };
const external = (user: string): Principal => ({ kind: 'external', user });

const nodeOf = (options: Partial<Namespace>) =>
  new TestNode({ namespaces: { own: { options: { ...MAP, ...options } } } });

// `OnMapPublish` in internal/client/handler.go of Centrifugo: client_key `user_id`.
test("SO13 clients set their user's entry, whatever key they name, and without a user none", async () => {
  const test = nodeOf({ mapUserKey: true });
  const [watcher, ann, nobody] = [
    await test.connected(),
    await test.connected(external('ann')),
    await test.connected(),
  ];
  await test.ask(watcher, { subscribe: { channel: 'own:a', ...LAST_PAGE } });
  await test.ask(ann, { publish: { channel: 'own:a', key: 'any', type: 1, data: 1 } });
  expect(watcher.pushes('own:a').map(({ pub }) => pub)).toMatchObject([{ key: 'ann', data: 1 }]);
  const refused = await test.ask(nobody, { publish: { channel: 'own:a', key: 'any', type: 1, data: 1 } });
  expect(refused?.error?.code).toBe(103);
});

// remove_client_on_unsubscribe.
test("SO13 a client's entry is removed when it leaves, and no other", async () => {
  const test = nodeOf({ mapClientKey: true, mapClearsClient: true });
  const [watcher, ann, ben] = [await test.connected(), await test.connected(), await test.connected()];
  for (const client of [watcher, ann, ben]) await test.ask(client, { subscribe: { channel: 'own:a', ...LAST_PAGE } });
  for (const client of [ann, ben])
    await test.ask(client, { publish: { channel: 'own:a', key: 'x', type: 1, data: 1 } });
  await test.ask(ann, { unsubscribe: { channel: 'own:a' } });
  const removed = () => watcher.pushes('own:a').flatMap(({ pub }) => (pub && 'removed' in pub ? [pub] : []));
  expect(removed()).toMatchObject([{ key: ann.session.client }]);
  ben.session.closed();
  await test.clock.settle();
  expect(removed()).toMatchObject([{ key: ann.session.client }, { key: ben.session.client }]);
});
