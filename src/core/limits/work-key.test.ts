import { expect, test } from 'bun:test';
import { ANONYMOUS, type Principal } from '../access/principal.ts';
import { workKeyOf } from './work-key.ts';

const app = (user: string): Principal => ({ kind: 'app', app: '3', client: '1.2', user });

test('FS3 work is charged to a user, else to a network, and on this machine to a connection', () => {
  const address = '2001:db8::1';
  const keys = [
    workKeyOf({ principal: { kind: 'external', user: 'ann' }, address }),
    workKeyOf({ principal: { kind: 'user', user: 'ann', role: 'member', device: 'd' }, address }),
    workKeyOf({ principal: app('ann'), address }),
    workKeyOf({ principal: app(''), address, client: '1.2' }),
    workKeyOf({ principal: ANONYMOUS, address: '2001:db8::2', client: 'c' }),
    workKeyOf({ principal: ANONYMOUS, address: '127.0.0.1', client: 'c' }),
  ];
  const network = 'network/2001:db8:0:0';
  expect(keys).toEqual(['external/ann', 'user/ann', 'app/3/ann', network, network, 'client/c']);
  const request = () => workKeyOf({ principal: ANONYMOUS, address: '127.0.0.1' });
  expect(request()).not.toBe(request());
});
