import { describe, expect, test } from 'bun:test';
import type { Publication } from '../../ports/log.ts';
import { encodePublication } from './encode.ts';

type Event = { readonly event: string; readonly channel: string; readonly data: unknown };

const told = (channel: string, publication: Partial<Publication>) =>
  JSON.parse(encodePublication(channel, { offset: 1, time: 0, data: '1', ...publication })) as Event;

const NONCE = btoa('24 bytes, as secretbox ha');
const SEALED = { nonce: btoa('x'.repeat(24)), ciphertext: btoa('y'.repeat(40)) };

describe('PU11 a publication is sent as one event, whatever its name and data', () => {
  test.each(['pusher:error', 'pusher:ping', 'pusher_internal:subscription_succeeded', 'pusher:'])(
    'a name reserved for the server, `%s`, is replaced',
    (event) => {
      expect(told('log:a', { tags: { event } }).event).toBe('message');
    },
  );

  test.each(['a\nevent: b', '\u2028', 'Pusher:error', ' pusher:error', '__proto__', '"', '', '\ud800', '\0'])(
    'any other stays unchanged: %j',
    (event) => {
      expect(told('log:a', { tags: { event } }).event).toBe(event);
    },
  );

  test.each(['"\\ud800"', '{"__proto__":{"a":1}}', '"\\u2028\\u0000\\n"', '1e400', '[\r{ } ]'])(
    'data is its own text: %s',
    (data) => {
      const isText = data.startsWith('"');
      expect(told('log:a', { data })).toEqual({
        ...{ event: 'message', channel: 'a' },
        data: isText ? (JSON.parse(data) as string) : data,
      });
    },
  );

  // pusher-js parses `data` (src/core/connection/protocol/protocol.ts): this string would become an object there.
  test('a string that contains JSON is sent as JSON, so that clients parse it to the string', () => {
    const data = '"{\\"event\\":\\"pusher:error\\"}"';
    expect(told('log:a', { data }).data).toBe(data);
  });

  // `handleEncryptedEvent` of pusher-js (core/channels/encrypted_channel.ts) reads `data.ciphertext` of null, decodes base64
  // and opens the box outside of any `try`.
  test.each([
    ...['null', '1', '"x"', '[]', '{}', '{"ciphertext":1,"nonce":2}', '"null"'],
    JSON.stringify({ ...SEALED, nonce: NONCE }),
    JSON.stringify({ ...SEALED, nonce: '%'.repeat(32) }),
    JSON.stringify({ ...SEALED, ciphertext: 'abc' }),
    JSON.stringify({ ...SEALED, ciphertext: '%%%%' }),
  ])('in an encrypted channel unencrypted data is sent as `{}`: %s', (data) => {
    expect(told('log:private-encrypted-a', { data }).data).toBe('{}');
    expect(told('log:private-encrypted-cache-a', { data }).data).toBe('{}');
    expect(told('log:private-a', { data }).data).not.toBe('{}'.repeat(data === '{}' ? 2 : 1));
  });

  test('in an encrypted channel encrypted data is sent unchanged', () => {
    const data = JSON.stringify(SEALED);
    expect(told('log:private-encrypted-a', { data }).data).toBe(data);
  });
});
