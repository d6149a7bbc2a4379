import { expect, test } from 'bun:test';
import { dataOfEvent, dataOfText, textOfData } from './event-data.ts';

test.each([
  ['{"a":1}', '{"a":1}'],
  ['hello', '"hello"'],
  ['', '""'],
  ['"quoted"', String.raw`"\"quoted\""`],
  ['5', '5'],
  ['[1,\n2]', '[1, 2]'],
  ['{"a":', String.raw`"{\"a\":"`],
  ['12345678901234567890', '12345678901234567890'],
])('PU6 the text %s is published as %s, and converted back', (text, data) => {
  expect(dataOfText(text)).toBe(data);
  expect(textOfData(data)).toBe(text.replace('\n', ' '));
  JSON.parse(data);
});

test.each([
  ['json', '{"a": 1.10, "a":9007199254740993}', '{"a": 1.10, "a":9007199254740993}'],
  ['text', 'text', '"text"'],
  ['text', '{"a":1}', '{"a":1}'],
  ['json', 'null', 'null'],
] as const)('JS1 PU6 client data %s is published as written: %s', (kind, text, data) => {
  expect(dataOfEvent({ kind, text })).toBe(data);
});

/**
 * The value pusher-js passes to listeners: https://github.com/pusher/pusher-js, core/connection/protocol/protocol.ts
 */
function shownBy(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

test.each([['5'], ['{"a":1}'], ['null'], ['hello'], [''], [' true'], ['-'], ['nothing']])(
  'JS2 the JSON string of another protocol with the text %s is that text to pusher-js',
  (text) => {
    expect(shownBy(textOfData(JSON.stringify(text)))).toBe(text);
  },
);

test('JS2 a lone surrogate in JSON is published as an escape: storage is UTF-8 only', () => {
  expect(dataOfText('{"a":"\ud800","b":"😀"}')).toBe('{"a":"\\ud800","b":"😀"}');
});
