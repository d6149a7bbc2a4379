import { describe, expect, test } from 'bun:test';
import type { Publication } from '../../ports/log.ts';
import { encodePublication } from './encode.ts';

type Event = { readonly event: string; readonly channel: string; readonly data: unknown };

const told = (channel: string, publication: Partial<Publication>) =>
  JSON.parse(encodePublication(channel, { offset: 1, time: 0, data: '1', ...publication })) as Event;

const NONCE = btoa('24 bytes, as secretbox ha');
const SEALED = { nonce: btoa('x'.repeat(24)), ciphertext: btoa('y'.repeat(40)) };

describe('PU11 what is published is told as one event, whatever it is called and holds', () => {
  test.each(['pusher:error', 'pusher:ping', 'pusher_internal:subscription_succeeded', 'pusher:'])(
    'a name of the server’s own, `%s`, is not taken over',
    (event) => {
      expect(told('log:a', { tags: { event } }).event).toBe('message');
    },
  );

  test.each(['a\nevent: b', '\u2028', 'Pusher:error', ' pusher:error', '__proto__', '"', '', '\ud800', '\0'])(
    'any other stays as it is: %j',
    (event) => {
      expect(told('log:a', { tags: { event } }).event).toBe(event);
    },
  );

  test.each(['"\\ud800"', '{"__proto__":{"a":1}}', '"\\u2028\\u0000\\n"', '1e400', '[\r{ } ]'])(
    'data are the text that they are: %s',
    (data) => {
      const isText = data.startsWith('"');
      expect(told('log:a', { data })).toEqual({
        ...{ event: 'message', channel: 'a' },
        data: isText ? (JSON.parse(data) as string) : data,
      });
    },
  );

  // pusher-js parses `data` (src/core/connection/protocol/protocol.ts): this string would become an object there.
  test('a string that holds JSON is told as JSON, so that clients read the string', () => {
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
  ])('in an encrypted channel what is not encrypted is told as `{}`: %s', (data) => {
    expect(told('log:private-encrypted-a', { data }).data).toBe('{}');
    expect(told('log:private-encrypted-cache-a', { data }).data).toBe('{}');
    expect(told('log:private-a', { data }).data).not.toBe('{}'.repeat(data === '{}' ? 2 : 1));
  });

  test('in an encrypted channel what is encrypted is told as it is', () => {
    const data = JSON.stringify(SEALED);
    expect(told('log:private-encrypted-a', { data }).data).toBe(data);
  });
});
