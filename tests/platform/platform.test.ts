import { afterEach, beforeEach, expect, test } from 'bun:test';
import type { AppSettings } from '../../src/contracts/app-settings.ts';
import type { AppInfo } from '../../src/contracts/platform/contract.ts';
import { Installation } from './installation.ts';

type CreatedKey = { readonly key: { readonly id: string }; readonly secret: string };
type CreatedApp = { readonly app: AppInfo; readonly secret: string };

let installation: Installation;
beforeEach(() => {
  installation = new Installation();
});
afterEach(() => installation.close());

const configured = (app: Partial<AppSettings>): AppSettings => ({
  ...{
    id: '1',
    key: 'key-1',
    secret: 'a secret of the settings',
    namespace: 'pusher',
    enabled: true,
    maxConnections: 0,
  },
  ...{ clientEvents: true, clientEventsPerSecond: 10, maxEventBytes: 10_240, maxPresenceMembers: 100 },
  ...{ subscriptionCounts: false, webhooks: [], ...app },
});

test('PU10 an app whose id or key the settings now use: the settings win, and the stored one is shown and ignored', async () => {
  const one = await installation.call<CreatedApp>('apps.create', { name: 'One' });
  const two = await installation.call<CreatedApp>('apps.create', { name: 'Two' });
  const three = await installation.call<CreatedApp>('apps.create', { name: 'Three' });
  await installation.restart({
    apps: [configured({ id: one.app.id }), configured({ id: 'other', key: two.app.key, namespace: 'other' })],
  });
  const { apps } = await installation.call<{ apps: AppInfo[] }>('apps.list');
  expect(
    apps
      .filter(({ shadowed }) => shadowed)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['One', 'Two']);
  expect(installation.apps.get(one.app.id)?.app.settings.secret).toBe('a secret of the settings');
  expect(installation.apps.byKey(two.app.key)?.app.settings.id).toBe('other');
  expect(installation.apps.get(three.app.id)?.app.settings.secret).toBe(three.secret);
  expect(installation.recorded.filter(({ event }) => event === 'app.shadowed')).toHaveLength(2);
  // It can be deleted, and the one of the settings stays.
  await installation.call('apps.delete', { id: one.app.id });
  expect(installation.apps.get(one.app.id)?.app.settings.secret).toBe('a secret of the settings');
});

test('AK3 PU10 each change is one log line with the person who made it and no secret', async () => {
  const { key, secret } = await installation.call<CreatedKey>('apiKeys.create', { name: 'Backend' });
  await installation.call('apiKeys.update', { id: key.id, methods: ['info'] });
  await installation.call('apiKeys.revoke', { id: key.id });
  const made = await installation.call<CreatedApp>('apps.create', { name: 'Shop' });
  await installation.call('apps.update', { id: made.app.id, enabled: false });
  const rotated = await installation.call<CreatedApp>('apps.rotateSecret', { id: made.app.id });
  await installation.call('apps.delete', { id: made.app.id });
  await installation.call('deadLetters.retryAll');
  expect(installation.recorded.map(({ event }) => event)).toEqual([
    ...['api_key.created', 'api_key.changed', 'api_key.revoked'],
    ...['app.created', 'app.changed', 'app.secret_rotated', 'app.deleted', 'dead_letters.retried'],
  ]);
  expect(installation.recorded.every(({ fields }) => fields.by === 'owner')).toBe(true);
  const text = JSON.stringify(installation.recorded);
  for (const hidden of [secret, made.secret, rotated.secret]) expect(text).not.toContain(hidden);
});

test('AK2 PU10 a removal applies at once, even if it cannot be stored; the owner is told to repeat it', async () => {
  const { key, secret } = await installation.call<CreatedKey>('apiKeys.create', { name: 'Backend' });
  const { app } = await installation.call<CreatedApp>('apps.create', { name: 'Shop' });
  installation.isFull = true;
  expect(await installation.refusal('apiKeys.revoke', { id: key.id })).toContain('disk full');
  expect(await installation.refusal('apps.delete', { id: app.id })).toContain('disk full');
  expect([await installation.keys.find(secret), installation.apps.get(app.id)]).toEqual([undefined, undefined]);
  installation.isFull = false;
  await installation.call('apiKeys.revoke', { id: key.id });
  await installation.call('apps.delete', { id: app.id });
  await installation.restart({});
  expect([await installation.keys.find(secret), installation.apps.get(app.id)]).toEqual([undefined, undefined]);
});

test('a key or app that cannot be stored is not created', async () => {
  installation.isFull = true;
  expect(await installation.refusal('apps.create', { name: 'Shop', id: '7', key: 'k' })).toContain('disk full');
  expect(installation.apps.get('7')).toBeUndefined();
});

test('of two concurrent changes neither undoes the other', async () => {
  const { app } = await installation.call<CreatedApp>('apps.create', { name: 'Shop' });
  const { id } = app;
  const changes = [{ maxConnections: 5 }, { clientEvents: false }, { name: 'Market' }];
  await Promise.all(changes.map((change) => installation.call('apps.update', { id, ...change })));
  const { apps } = await installation.call<{ apps: AppInfo[] }>('apps.list');
  expect(apps[0]).toMatchObject({ maxConnections: 5, clientEvents: false, name: 'Market' });
});

test('revoked keys are listed for thirty days', async () => {
  const { key } = await installation.call<CreatedKey>('apiKeys.create', { name: 'Old' });
  await installation.call('apiKeys.revoke', { id: key.id });
  const names = async () =>
    (await installation.call<{ keys: { name: string }[] }>('apiKeys.list')).keys.map(({ name }) => name);
  await installation.clock.pass(29 * 24 * 3_600_000);
  await installation.call('apiKeys.create', { name: 'New' });
  expect(await names()).toEqual(['New', 'Old']);
  await installation.clock.pass(2 * 24 * 3_600_000);
  await installation.call('apiKeys.create', { name: 'Newer' });
  expect(await names()).toEqual(['Newer', 'New']);
});

test.each([
  ['apps.create', { name: 'x', webhooks: [{ url: 'ftp://x/' }] }],
  ['apps.create', { name: 'x', webhooks: [{ url: 'http://x/', events: ['nothing'] }] }],
  ['apps.create', { name: 'x', id: 'a b' }],
  ['apps.create', { name: 'x', secret: 'short' }],
  ['apps.create', { name: ' ' }],
  ['apps.create', { name: 'x', namespace: 'Upper' }],
  ['apps.create', { name: 'x', namespace: 'room' }],
  ['apps.create', { name: 'x', namespace: 'map' }],
  ['apiKeys.create', { name: 'x', methods: 'publish' }],
  ['apiKeys.create', {}],
])('%s refuses %j', async (name, input) => {
  expect(await installation.refusal(name, input)).toBe('invalidInput');
});
