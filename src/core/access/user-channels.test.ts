import { describe, expect, test } from 'bun:test';
import { ANONYMOUS, type Principal } from './principal.ts';
import { namesUser, personalChannelOf, USER_CHANNEL_NAMES } from './user-channels.ts';

const external = (user: string): Principal => ({ kind: 'external', user });
const personal = (user: string, namespace = '') => personalChannelOf(namespace, external(user), USER_CHANNEL_NAMES);

describe('SO6 the personal channel', () => {
  // config/container.go of Centrifugo (`PersonalChannel`).
  test.each([
    ['', 'ann', '#ann'],
    ['user', 'ann', 'user:#ann'],
    ['user', 'a:b', 'user:#a:b'],
  ])('SO6 in the namespace %p of %p is %p', (namespace, user, channel) => {
    expect(personal(user, namespace)).toBe(channel);
    expect(namesUser(channel, external(user), USER_CHANNEL_NAMES)).toBe(true);
  });

  test.each([
    ['that others would share', 'ann,ben'],
    ['that would be of somebody else', 'ann#ben'],
    ['that would be of another namespace', 'room:x'],
    ['that is no name', 'ann\n'],
    ['that is too long', 'x'.repeat(255)],
  ])('SO6 there is no channel name %s', (_what, user) => {
    expect(personal(user)).toBeUndefined();
  });

  test('SO6 people of this installation and anonymous users have none', () => {
    const person: Principal = { kind: 'user', user: 'ada', role: 'member', device: 'd' };
    expect(personalChannelOf('', person, USER_CHANNEL_NAMES)).toBeUndefined();
    expect(personalChannelOf('', ANONYMOUS, USER_CHANNEL_NAMES)).toBeUndefined();
  });
});

test('SO5 without a separator a channel names one user', () => {
  const names = { boundary: '##', separator: '' };
  expect(namesUser('talk##ann,ben', external('ann'), names)).toBe(false);
  expect(namesUser('talk##ann,ben', external('ann,ben'), names)).toBe(true);
});
