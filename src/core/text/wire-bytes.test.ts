import { expect, test } from 'bun:test';
import type { ClientInfo, Publication } from '../../ports/log.ts';
import { centrifugeJson } from '../../protocols/centrifuge/protocol.ts';
import { wireBytesOf } from './wire-bytes.ts';

const INFO: ClientInfo = { user: 'ada', client: crypto.randomUUID(), connInfo: '{"name":"Ada"}', chanInfo: '{"a":1}' };
const TEXTS = ['', 'plain', 'Grüße', 'жить', '榕树', '🌳🌴', 'a\n"b"\u0007', '榕'.repeat(5_000), 'x'.repeat(60_000)];
const MORE: readonly Partial<Publication>[] = [{}, { info: INFO }, { tags: { kind: 'заметка', to: 'b' } }];

test('SL1 is at least what a publication takes on the wire, and little more', () => {
  for (const text of TEXTS) {
    for (const more of MORE) {
      const publication = { offset: 9_007_199_254_740_991, time: 0, data: JSON.stringify(text), ...more };
      const frame = centrifugeJson.encodePush({ kind: 'publication', channel: 'c', epoch: 'e', publication });
      const real = new TextEncoder().encode(String(frame)).length - '{"push":{"channel":"c","pub":}}'.length;
      expect(wireBytesOf(publication)).toBeWithin(real, real + 60);
    }
  }
});
