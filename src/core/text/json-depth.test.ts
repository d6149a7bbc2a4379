import { describe, expect, test } from 'bun:test';
import { TestNode } from '../../../tests/core/node.ts';
import { ClientError } from '../errors.ts';
import { isDeeper } from './json-depth.ts';

const nested = (depth: number, inside = '1') => `${'[{"a":'.repeat(depth / 2)}${inside}${'}]'.repeat(depth / 2)}`;

describe('the depth of a JSON text', () => {
  test.each([
    ['', 0],
    ['1', 0],
    ['[]', 1],
    ['[{"a":[]},[],[],{}]', 3],
    [nested(40), 40],
    [nested(40, '"]]]\\"}}"'), 40],
    [`["${'['.repeat(90)}",${'{},'.repeat(90)}[]]`, 2],
    ['["\\\\",["\\\\\\"["],{"[":"{"}]', 2],
  ])('counts objects and lists: %s', (json, depth) => {
    expect([isDeeper(json, depth - 1), isDeeper(json, depth)]).toEqual([depth > 0, false]);
  });
});

test('LI10 data that is nested too deeply is refused with field and limit, and nothing is stored', async () => {
  const world = new TestNode();
  const client = await world.subscribed('log:a');
  const refused = await world.node.publish('log:a', nested(202)).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ClientError);
  expect(refused).toMatchObject({
    ...{ kind: 'invalidInput', field: 'data', message: 'must not be nested deeper than 200 levels' },
  });
  const done = world.node.publish('log:a', nested(200));
  await world.clock.settle();
  expect(await done).toMatchObject({ offset: 1 });
  expect(client.published('log:a')).toEqual([JSON.parse(nested(200))]);
});
