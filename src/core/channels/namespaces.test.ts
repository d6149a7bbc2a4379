import { describe, expect, test } from 'bun:test';
import { Permissions } from '../access/permissions.ts';
import { ANONYMOUS } from '../access/principal.ts';
import { CLOSED_NAMESPACE } from './namespace.ts';
import { Namespaces } from './namespaces.ts';

const ROOM = { options: { ...CLOSED_NAMESPACE, subscribe: 'feature' }, ofFeature: true } as const;
const mayEnter = (namespaces: Namespaces) =>
  new Permissions(namespaces, new Set()).decide(ANONYMOUS, 'subscribe', 'room:1');

describe('namespaces', () => {
  test('PE2 what a feature decides is denied until the feature has set its policy', async () => {
    const namespaces = new Namespaces({ room: ROOM });
    expect(mayEnter(namespaces)).toBe(false);
    namespaces.setPolicy('room', () => true);
    expect(mayEnter(namespaces)).toBe(true);
  });

  test('a policy for a namespace that does not exist is an error', () => {
    expect(() => new Namespaces().setPolicy('room', () => true)).toThrow('no namespace room');
  });

  test('a feature without a required policy is an error', () => {
    const namespaces = new Namespaces({ room: ROOM });
    expect(() => namespaces.checkPolicies()).toThrow('room');
    namespaces.setPolicy('room', () => true);
    namespaces.checkPolicies();
  });

  test('the listener is called for each namespace that is defined or replaced', () => {
    const namespaces = new Namespaces({ room: ROOM });
    const told: string[] = [];
    namespaces.onRedefined((name) => told.push(name));
    namespaces.define('app', { options: CLOSED_NAMESPACE });
    namespaces.define('room', { options: CLOSED_NAMESPACE });
    expect(told).toEqual(['app', 'room']);
    expect(namespaces.get('room')?.options.subscribe).toBe('nobody');
  });
});
