import { expect, test } from 'bun:test';
import { Permissions } from '../../core/access/permissions.ts';
import type { Principal } from '../../core/access/principal.ts';
import { CLOSED_NAMESPACE } from '../../core/channels/namespace.ts';
import { Namespaces } from '../../core/channels/namespaces.ts';
import { definitionOf } from './namespaces.ts';

test("SO5 PU8 no user name opens the channel for a backend's events to a user", () => {
  const definition = definitionOf({ ...CLOSED_NAMESPACE, userChannels: true, subscribe: 'users' }, () => false);
  const of = new Permissions(new Namespaces({ app: definition }), new Set());
  const named = (user: string): Principal => ({ kind: 'external', user });
  expect(of.decide(named('server-to-user-ann'), 'subscribe', 'app:#server-to-user-ann')).toBe(false);
  expect(of.decide(named('ann'), 'subscribe', 'app:#server-to-user-ann')).toBe(false);
  expect(of.decide(named('ann'), 'subscribe', 'app:private-x')).toBe(false);
  expect(of.decide(named('ann'), 'subscribe', 'app:talk#ann')).toBe(true);
});
