import { expect, test } from 'bun:test';
import { negotiate } from './negotiate.ts';

const SOCKET = 'http://localhost/connection/websocket';

test.each([
  [SOCKET, null, 'json', undefined],
  [SOCKET, 'centrifuge-protobuf', 'protobuf', 'centrifuge-protobuf'],
  [SOCKET, 'centrifuge-json', 'json', 'centrifuge-json'],
  [SOCKET, 'other, centrifuge-protobuf , centrifuge-json', 'protobuf', 'centrifuge-protobuf'],
  [SOCKET, 'other', 'json', undefined],
  [`${SOCKET}?cf_protocol=protobuf`, null, 'protobuf', undefined],
  [`${SOCKET}?format=protobuf`, null, 'protobuf', undefined],
  [`${SOCKET}?format=json`, null, 'json', undefined],
])('%s offering %p uses %s', (url, offered, format, subprotocol) => {
  const spoken = negotiate(url, offered);
  expect([spoken.format, spoken.subprotocol]).toEqual([format, subprotocol]);
});
