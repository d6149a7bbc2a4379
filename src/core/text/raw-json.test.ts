import { describe, expect, test } from 'bun:test';
import { heapBytes } from '../../../tests/fuzz/heap.ts';
import { JsonText, rawItems, rawMember, rawMembers, wellFormed, withRaw, writeJson } from './raw-json.ts';

const data = (text: string) => rawMember(text, 'publish', 'data');

describe('JS1 the raw text of publish.data', () => {
  const values: readonly string[] = [
    ...['1', '-0', '1e400', '12345678901234567890', '0.10', 'true', 'null', '""', '{}', '[]'],
    ...['"a,b}"', '"\\""', '"\\\\"', '"\\\\\\""', '"\\u007d"', '"\u2028"'],
    ...['{"a":{"data":1},"b":["]","}"]}', '[[],{"x":"\\"]"}]', '{ "a" : 1 , "b" : [ 1 , 2 ] }'],
    '{"publish":{"data":"inner"}}',
  ];
  test.each(values.map((value) => [value]))('is %s as written, at any place', (value) => {
    expect(data(`{"publish":{"data":${value}}}`)).toBe(value);
    expect(data(`{"id":1,"publish":{"channel":"data","data":${value},"x":[1]},"rpc":{"data":2}}`)).toBe(value);
    expect(data(` { "id" : 1 , "publish" : { "data" : ${value} , "channel" : "a" } } `)).toBe(value);
    expect(data(`\t{"other":{"data":0},"publish"\r:\t{"channel":"{","data"\t:\r${value}\t}}`)).toBe(value);
  });

  const absent: readonly string[] = [
    ...['{}', '{"publish":{}}', '{"publish":1}', '{"publish":"data"}', '{"publish":["data",1]}'],
    ...['{"data":1}', '{"publish":{"date":1,"dat":2,"data2":3}}', '{"publisher":{"data":1}}', '{"publish":null}'],
    '{"a":{"publish":{"data":1}}}',
  ];
  test.each(absent.map((text) => [text]))('is missing in %s', (text) => {
    expect(data(text)).toBeUndefined();
  });

  const unusual: readonly [what: string, text: string, value: string][] = [
    ['twice', '{"publish":{"data":1,"data":2}}', '2'],
    ['in two objects', '{"publish":{"data":1},"publish":{"data":2}}', '2'],
    ['with an escaped name', '{"publish":{"d\\u0061ta":7}}', '7'],
    ['in an object with an escaped name', '{"\\u0070ublish":{"data":7}}', '7'],
    ['behind a name that ends with a backslash', '{"publish":{"a\\\\":1,"data":7}}', '7'],
    ['behind a name with a quote', '{"publish":{"\\"data\\"":1,"data":7}}', '7'],
    ['behind an empty name', '{"publish":{"":1,"data":7}}', '7'],
  ];
  test.each([...unusual])('counts like JSON.parse if it is %s', (_what, text, value) => {
    expect(data(text)).toBe(value);
    expect(JSON.parse(value)).toEqual(JSON.parse(text).publish.data);
  });

  test('agrees with JSON.parse about deep values', () => {
    const deep = `${'[{"a":'.repeat(2_000)}1${'}]'.repeat(2_000)}`;
    expect(data(`{"publish":{"data":${deep}}}`)).toBe(deep);
  });
});

const ODD = '{"id":9007199254740993,"price":1.10,"2":0,"1":1e400,"id":"\\ud800"}';

describe('JS1 JSON as it was written', () => {
  test('has the texts of all entries and members', () => {
    expect(rawItems(` [ 1 , "a,]" , ${ODD},[[]] ] `)).toEqual(['1', '"a,]"', ODD, '[[]]']);
    expect(rawItems('[]')).toEqual([]);
    const members = rawMembers(` { "a" : ${ODD} , "\\u0062":[1, 2],"__proto__":0,"a":2 } `);
    expect([...members].flat()).toEqual(['a', '2', 'b', '[1, 2]', '__proto__', '0']);
  });

  test('is on one line', () => {
    expect(rawMember('{"a":[1,\r\n2,\n"\\n"]}', 'a')).toBe('[1, 2, "\\n"]');
  });

  test('replaces values', () => {
    const value = withRaw(JSON.parse(`{"channel":"c","data":${ODD}}`), `{"channel":"c","data":${ODD}}`, [
      'data',
      'info',
    ]);
    expect(value).toEqual({ channel: 'c', data: new JsonText(ODD) });
    expect(writeJson({ result: [value, undefined, 1.5], none: undefined, "a'": null })).toBe(
      `{"result":[{"channel":"c","data":${ODD}},null,1.5],"a'":null}`,
    );
    expect(JSON.stringify({ data: new JsonText('[1.10,{"a":1}]') })).toBe('{"data":[1.1,{"a":1}]}');
  });

  test('is that of the last member of its name, on each level', () => {
    const value = (text: string) => rawMember(text, 'a', 'b', 'c');
    expect(value('{"a":{"b":{"c":1}},"a":{"b":{"c":2},"b":{"c":3}}}')).toBe('3');
    expect(value('{"a":{"b":{"c":1}},"a":{"b":{}}}')).toBeUndefined();
    expect(value('{"a":{"b":{"c":1}},"a":5}')).toBeUndefined();
    expect(value('{"a":{"b":{"c":1},"b":[{"c":2}]}}')).toBeUndefined();
  });

  test('does not keep a large text in memory for a small part of it', async () => {
    const parts: string[] = [];
    const before = await heapBytes();
    for (let n = 0; n < 150; n += 1) {
      const whole = Buffer.from(`{"rest":"${'x'.repeat(1_000_000)}${n}","data":{"n":${n}}}`).toString();
      parts.push(rawMember(whole, 'data') ?? '');
    }
    expect(parts).toHaveLength(150);
    // All of them take 150 MB.
    expect((await heapBytes()) - before).toBeLessThan(15_000_000);
  });
});

test('JS2 a lone surrogate becomes an escape', () => {
  expect(wellFormed('["\ud800","\udc00","😀"]')).toBe('["\\ud800","\\udc00","😀"]');
});
