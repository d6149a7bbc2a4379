import { describe, expect, test } from 'bun:test';
import { askOf } from './asks.ts';
import { MAIN } from './dialect.ts';
import { decodeHead } from './packets.ts';
import { fillText } from './raw-args.ts';

const ODD = '{"id":9007199254740993,"price":1.10,"2":0,"1":1e400,"id":1}';

/** The command of an event, as a client writes it. */
function commandOf(text: string): unknown {
  const { packet } = decodeHead(text);
  return packet.kind === 'event' ? askOf(1, packet, MAIN)?.command : undefined;
}

describe("JS1 a Socket.IO client's data", () => {
  test.each([
    [`2["publish","log:a",${ODD}]`, { kind: 'publish', data: ODD }],
    [`2["publish","log:a", ${ODD} ,{"key":"k"}]`, { kind: 'publish', data: ODD, key: 'k' }],
    [`2["message",{"room":"a","content":1,"content":${ODD}}]`, { kind: 'publish', data: ODD }],
    [`2["rpc","m",${ODD}]`, { kind: 'rpc', text: ODD }],
    ['2["rpc","m"]', { kind: 'rpc', data: undefined }],
  ])('is passed on as written: %s', (text, command) => {
    expect(commandOf(text)).toMatchObject(command);
  });

  test.each([
    ['{"a": {"_placeholder":true,"num":0},"n":1.10}', '{"a": {"$binary":"AQ=="},"n":1.10}'],
    ['{"a":{ "_placeholder" : true , "num" : 1 },"n":1e2}', '{"a":{"$binary":"Ag=="},"n":1e2}'],
    [
      '["{\\"_placeholder\\":true,\\"num\\":0}",{"_placeholder":true,"num":0}]',
      '["{\\"_placeholder\\":true,\\"num\\":0}",{"$binary":"AQ=="}]',
    ],
  ])('keeps its text around bytes: %s', (written, filled) => {
    const args = [JSON.parse(filled)];
    const attachments = [Uint8Array.of(1), Uint8Array.of(2)];
    expect(fillText(`["x",${written}]`, args, attachments)).toBe(`["x",${filled}]`);
  });

  test.each([
    ['another order', '{"num":0,"_placeholder":true}'],
    ['members besides', '{"_placeholder":true,"num":0,"x":1}'],
    ['a name in escapes', '{"\\u005fplaceholder":true,"num":0}'],
  ])('is serialized again if a placeholder has %s', (_what, written) => {
    expect(fillText(`["x",${written}]`, [{ $binary: 'AQ==' }], [Uint8Array.of(1)])).toBeUndefined();
  });
});
