import { expect, test } from 'bun:test';
import { negotiate } from './negotiate.ts';

const SOCKET = 'http://localhost/connection/websocket';

test.each([
  [SOCKET, null, 'cj', undefined],
  [SOCKET, 'centrifuge-protobuf', 'cp', 'centrifuge-protobuf'],
  [SOCKET, 'centrifuge-json', 'cj', 'centrifuge-json'],
  [SOCKET, 'other, centrifuge-protobuf , centrifuge-json', 'cp', 'centrifuge-protobuf'],
  [SOCKET, 'other', 'cj', undefined],
  [`${SOCKET}?cf_protocol=protobuf`, null, 'cp', undefined],
  [`${SOCKET}?format=protobuf`, null, 'cp', undefined],
  [`${SOCKET}?format=json`, null, 'cj', undefined],
])('%s offering %p speaks %s', (url, offered, name, subprotocol) => {
  const spoken = negotiate(url, offered);
  expect([spoken.protocol.name, spoken.subprotocol]).toEqual([name, subprotocol]);
});
