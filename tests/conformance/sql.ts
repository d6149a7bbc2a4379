import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { ConstraintError, type Sql, type SqlValue } from '../../src/ports/sql.ts';
import { rejectionOf } from './rejection.ts';

/** The tables these tests use. An adapter's test creates them. */
export const SQL_TABLES: readonly string[] = [
  'CREATE TABLE trees (id TEXT PRIMARY KEY, height INTEGER NOT NULL CHECK (height >= 0), note TEXT, picture BLOB)',
  'CREATE TABLE birds (id INTEGER PRIMARY KEY, tree TEXT NOT NULL REFERENCES trees (id))',
];

export type SqlUnderTest = { readonly sql: Sql; close(): Promise<void> };

const PLANT = 'INSERT INTO trees (id, height) VALUES (?, ?)';

/** The conformance suite of the Sql port. */
export function sqlContract(name: string, open: () => Promise<SqlUnderTest>): void {
  describe(`Sql: ${name}`, () => {
    let opened: SqlUnderTest;
    let sql: Sql;
    beforeEach(async () => {
      opened = await open();
      sql = opened.sql;
    });
    afterEach(() => opened.close());

    const plant = (id: string, height: number) => ({ sql: PLANT, params: [id, height] });
    const ids = async () =>
      (await sql.read({ sql: 'SELECT id FROM trees ORDER BY id', params: [] })).map(({ id }) => id);

    test('a read that starts after a write resolved includes it', async () => {
      for (let n = 0; n < 30; n += 1) {
        await sql.write([plant(String(n), n)]);
        expect(await sql.read({ sql: 'SELECT count(*) AS trees FROM trees', params: [] })).toEqual([{ trees: n + 1 }]);
      }
    });

    test('values are read as they were written', async () => {
      const picture = new Uint8Array([0, 1, 255, 128]);
      const row = ['ficus 榕树 🌳', Number.MAX_SAFE_INTEGER, "it's", picture] as const;
      await sql.write([{ sql: 'INSERT INTO trees VALUES (?, ?, ?, ?)', params: row }]);
      await sql.write([{ sql: 'INSERT INTO trees VALUES (?, ?, ?, ?)', params: ['empty', 0, null, null] }]);
      expect(await sql.read({ sql: 'SELECT * FROM trees ORDER BY height DESC', params: [] })).toEqual([
        { id: row[0], height: row[1], note: row[2], picture },
        { id: 'empty', height: 0, note: null, picture: null },
      ]);
    });

    test('parameters are values, whatever they contain', async () => {
      const note = "x'); DELETE FROM trees; --";
      await sql.write([{ sql: 'INSERT INTO trees (id, height, note) VALUES (?, ?, ?)', params: ['a', 1, note] }]);
      expect(await sql.read({ sql: 'SELECT id FROM trees WHERE note = ?', params: [note] })).toEqual([{ id: 'a' }]);
      expect(await ids()).toEqual(['a']);
    });

    test('a write returns the number of changed rows, and the rows of RETURNING', async () => {
      await sql.write([plant('a', 1), plant('b', 2), plant('c', 3)]);
      const [grown, none, cut] = await sql.write([
        { sql: 'UPDATE trees SET height = height + 1 WHERE height > ?', params: [1] },
        { sql: 'DELETE FROM trees WHERE id = ?', params: ['none'] },
        { sql: 'DELETE FROM trees WHERE id = ? RETURNING id, height', params: ['c'] },
      ]);
      expect(grown).toEqual({ rows: [], changes: 2 });
      expect(none).toEqual({ rows: [], changes: 0 });
      expect(cut).toEqual({ rows: [{ id: 'c', height: 4 }], changes: 1 });
    });

    test('later statements of a write see earlier ones', async () => {
      await sql.write([plant('a', 1), { sql: 'INSERT INTO birds (tree) SELECT id FROM trees', params: [] }]);
      expect(await sql.read({ sql: 'SELECT tree FROM birds', params: [] })).toEqual([{ tree: 'a' }]);
    });

    const REFUSED: readonly [what: string, sql: string, params: readonly SqlValue[]][] = [
      ['a unique key', PLANT, ['taken', 1]],
      ['a check', PLANT, ['b', -1]],
      ['a null where none may be', PLANT, ['b', null]],
      ['a reference to nothing', 'INSERT INTO birds (tree) VALUES (?)', ['nowhere']],
    ];
    for (const [what, text, params] of REFUSED) {
      test(`refused by ${what}: ConstraintError, and the write is rolled back`, async () => {
        await sql.write([plant('taken', 1)]);
        const call = sql.write([plant('before', 1), { sql: text, params }, plant('after', 1)]);
        expect(await rejectionOf(call)).toBeInstanceOf(ConstraintError);
        expect(await ids()).toEqual(['taken']);
      });
    }

    test('an invalid statement rejects, and the write is rolled back', async () => {
      for (const wrong of ['SELEC 1', 'INSERT INTO nowhere VALUES (1)']) {
        const call = sql.write([plant('a', 1), { sql: wrong, params: [] }]);
        expect(await rejectionOf(call)).not.toBeInstanceOf(ConstraintError);
      }
      expect(await ids()).toEqual([]);
    });

    test('a refused or invalid write does not affect concurrent writes', async () => {
      const outcomes = await Promise.allSettled([
        sql.write([plant('a', 1)]),
        sql.write([plant('x', 1), plant('a', 1)]),
        sql.write([{ sql: 'INSERT INTO nowhere VALUES (1)', params: [] }]),
        sql.write([plant('b', 1)]),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
      expect(await ids()).toEqual(['a', 'b']);
    });

    test('concurrent writes run in call order', async () => {
      await sql.write([plant('a', 0)]);
      const grow = (to: number) => sql.write([{ sql: 'UPDATE trees SET height = ? RETURNING height', params: [to] }]);
      await Promise.all(Array.from({ length: 100 }, (_, n) => grow(n + 1)));
      expect(await sql.read({ sql: 'SELECT height FROM trees', params: [] })).toEqual([{ height: 100 }]);
    });

    test('a failing read rejects, and the next one works', async () => {
      expect((await rejectionOf(sql.read({ sql: 'SELECT * FROM nowhere', params: [] }))).message).toContain('nowhere');
      expect(await ids()).toEqual([]);
    });

    test('reads cannot change data', async () => {
      await sql.write([plant('a', 1)]);
      await sql.read({ sql: 'DELETE FROM trees RETURNING id', params: [] }).catch(() => undefined);
      expect(await ids()).toEqual(['a']);
    });
  });
}
