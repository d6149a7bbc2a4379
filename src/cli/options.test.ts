import { expect, test } from 'bun:test';
import { choice, decimal, optionsHelp, readOptions, seconds, text, toggle, whole, wrap } from './options.ts';

const TABLE = {
  '--rate': decimal({ min: 0.1, max: 100, default: 5 }, 'how often'),
  '--count': whole({ min: 1, max: 10, default: 2 }, 'how many'),
  '--for': seconds({ min: 0.1, max: 7_200, default: 10 }, 'how long'),
  '--way': choice(['up', 'down'], 'where to', 'up'),
  '--name': text('NAME', 'what it is called'),
  '--json': toggle('for programs'),
};

test('options with = or a space, toggles without a value, and positional arguments', () => {
  const { values, given, operands } = readOptions(TABLE, [
    'a',
    '--rate=0.5',
    '--for',
    '2m',
    '--json',
    'b',
    '--way',
    'down',
  ]);
  expect(values).toEqual({ '--rate': 0.5, '--count': 2, '--for': 120, '--way': 'down', '--name': '', '--json': true });
  expect([...given]).toEqual(['--rate', '--for', '--json', '--way']);
  expect(operands).toEqual(['a', 'b']);
});

test('times in all their units', () => {
  for (const [given, secs] of [
    ['500ms', 0.5],
    ['10', 10],
    ['1.5s', 1.5],
    ['2h', 7_200],
  ] as const) {
    expect(readOptions(TABLE, ['--for', given]).values['--for']).toBe(secs);
  }
});

test('an invalid value is reported with the rule', () => {
  for (const [args, says] of [
    [['--count', '11'], '--count must be a whole number from 1 to 10, not "11"'],
    [['--count', '1.5'], '--count must be a whole number from 1 to 10, not "1.5"'],
    [['--rate', '-1'], '--rate must be a number from 0.1 to 100, not "-1"'],
    [['--for', '3h'], '--for must be a time from 0.1 s to 7200 s, as 10s, 500ms or 2m, not "3h"'],
    [['--way', 'left'], '--way must be one of up, down, not "left"'],
    [['--json=perhaps'], '--json must be true or false, not "perhaps"'],
    [['--name'], '--name needs a value: a text'],
    [['--nane', 'x'], 'unknown flag --nane; did you mean --name?'],
  ] as const) {
    expect(() => readOptions(TABLE, args)).toThrow(says);
  }
});

test('the help fits 80 columns', () => {
  const long = { ...TABLE, '--long': toggle('words '.repeat(40).trim()) };
  for (const line of optionsHelp(long).split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
});
