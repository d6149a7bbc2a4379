import { describe, expect, test } from 'bun:test';
import { rawMember } from './raw-json.ts';

const data = (text: string) => rawMember(text, 'publish', 'data');

describe('JS1 the raw text of publish.data', () => {
  const values: readonly string[] = [
    ...['1', '-0', '1e400', '12345678901234567890', '0.10', 'true', 'null', '""', '{}', '[]'],
    ...['"a,b}"', '"\\""', '"\\\\"', '"\\\\\\""', '"\\u007d"', '"\u2028"'],
    ...['{"a":{"data":1},"b":["]","}"]}', '[[],{"x":"\\"]"}]', '{ "a" : 1 , "b" : [ 1 , 2 ] }'],
    '{"publish":{"data":"inner"}}',
  ];
  test.each(values.map((value) => [value]))('is %s as it was written, wherever it stands', (value) => {
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
  test.each(absent.map((text) => [text]))('is not there in %s', (text) => {
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
  test.each([...unusual])('counts as JSON.parse counts when it is there %s', (_what, text, value) => {
    expect(data(text)).toBe(value);
    expect(JSON.parse(value)).toEqual(JSON.parse(text).publish.data);
  });

  test('agrees with JSON.parse about deep values', () => {
    const deep = `${'[{"a":'.repeat(2_000)}1${'}]'.repeat(2_000)}`;
    expect(data(`{"publish":{"data":${deep}}}`)).toBe(deep);
  });
});
