import { expect, test } from 'bun:test';
import { dataOfText, dataOfValue, textOfData } from './event-data.ts';

test.each([
  ['{"a":1}', '{"a":1}'],
  ['hello', '"hello"'],
  ['', '""'],
  ['"quoted"', String.raw`"\"quoted\""`],
  ['5', '5'],
  ['[1,\n2]', '[1, 2]'],
  ['{"a":', String.raw`"{\"a\":"`],
  ['12345678901234567890', '12345678901234567890'],
])('PU6 the text %s is published as %s, and comes back', (text, data) => {
  expect(dataOfText(text)).toBe(data);
  expect(textOfData(data)).toBe(text.replace('\n', ' '));
  JSON.parse(data);
});

test.each([
  [{ a: 1 }, '{"a":1}'],
  ['text', '"text"'],
  ['{"a":1}', '{"a":1}'],
  [null, 'null'],
  [undefined, 'null'],
])('PU6 what a client sends as JSON is published as it is', (value, data) => {
  expect(dataOfValue(value)).toBe(data);
});
