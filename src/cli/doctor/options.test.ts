import { expect, test } from 'bun:test';
import { readDoctorOptions } from './options.ts';

test('its own options, flags of settings and the URL, in any order', () => {
  const read = readDoctorOptions([
    '--port',
    '9000',
    '--json',
    'https://chat.example.org',
    '--client-insecure',
    '--idle=1m',
  ]);
  expect(read).toMatchObject({ url: 'https://chat.example.org', '--json': true, '--idle': 60 });
  expect(read.settings).toEqual(['--port', '9000', '--client-insecure']);
});

test('the URL of a setting is not the one to check', () => {
  const read = readDoctorOptions(['--public-url', 'https://chat.example.org']);
  expect(read.url).toBeUndefined();
  expect(read.settings).toEqual(['--public-url', 'https://chat.example.org']);
});

test('errors are reported', () => {
  expect(() => readDoctorOptions(['http://a', 'http://b'])).toThrow('unexpected argument "http://b"');
  expect(() => readDoctorOptions(['http://a/path'])).toThrow('the URL must be http(s)://host:port');
  expect(() => readDoctorOptions(['--idle', 'long'])).toThrow('--idle must be a time');
});
