import { Database } from 'bun:sqlite';
import { describe, expect, test } from 'bun:test';
import type { Migration } from '../core/operations/feature.ts';
import { FEATURE_MIGRATIONS, MIGRATIONS } from './migrations.ts';

const lists = Object.entries(FEATURE_MIGRATIONS);
const tablesOf = (steps: readonly Migration[]) =>
  steps.flatMap(({ statements }) => statements.flatMap((sql) => /^CREATE TABLE (\w+)/.exec(sql)?.[1] ?? []));

/** The schema these steps create, in this order. */
function schemaOf(steps: readonly Migration[]): unknown {
  const db = new Database(':memory:');
  for (const { statements } of steps) for (const sql of statements) db.run(sql);
  return db.query('SELECT type, name, sql FROM sqlite_master ORDER BY type, name').all();
}

/** The steps interleaved, each list in its own order: another order in which a database may apply them. */
function inTurns(order: readonly (readonly Migration[])[]): Migration[] {
  const longest = Math.max(...order.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) => order.flatMap((steps) => steps.slice(index, index + 1))).flat();
}

describe('schema steps of features', () => {
  test("ids are unique and start with their feature's name", () => {
    expect(new Set(MIGRATIONS.map(({ id }) => id)).size).toBe(MIGRATIONS.length);
    for (const [feature, steps] of lists)
      for (const { id } of steps) expect(id).toMatch(new RegExp(`^${feature}-\\d{4}-`));
  });

  test('a step names no table of another feature', () => {
    for (const [feature, steps] of lists) {
      const foreign = lists.flatMap(([other, theirs]) => (other === feature ? [] : tablesOf(theirs)));
      const words = new Set(steps.flatMap(({ statements }) => statements.join(' ').match(/\w+/g) ?? []));
      expect([feature, foreign.filter((table) => words.has(table))]).toEqual([feature, []]);
    }
  });

  test('the schema does not depend on the order of the features', () => {
    const expected = schemaOf(MIGRATIONS);
    const steps = lists.map(([, list]) => list);
    expect(schemaOf([...steps].reverse().flat())).toEqual(expected);
    expect(schemaOf(inTurns(steps))).toEqual(expected);
    expect(schemaOf(inTurns([...steps].reverse()))).toEqual(expected);
  });
});
