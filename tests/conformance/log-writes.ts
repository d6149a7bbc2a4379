import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { type Append, ASSIGNED_OFFSET, type Log, type Write } from '../../src/ports/log.ts';
import type { Sql } from '../../src/ports/sql.ts';
import { append, offsetsOf, texts } from './appends.ts';

/** The table these tests write to, whose constraints they violate. */
export const NOTES_TABLE = `CREATE TABLE notes (name TEXT PRIMARY KEY, publication INTEGER NOT NULL CHECK (publication < 100))`;

export type WritingLog = { readonly log: Log; readonly sql: Sql; close(): Promise<void> };

const INSERT = 'INSERT INTO notes (name, publication) VALUES (?, ?)';
const note = (name: string): Write => ({ sql: INSERT, params: [name, ASSIGNED_OFFSET] });
const noted = (channel: string, name: string, more: Partial<Append> = {}) =>
  append(channel, name, { writes: [note(name)], ...more });

/** The suite of a Log adapter that promises `writes`, in addition to `logContract`. */
export function logWritesContract(name: string, open: () => Promise<WritingLog>): void {
  describe(`Log with writes: ${name}`, () => {
    let opened: WritingLog;
    let log: Log;
    beforeEach(async () => {
      opened = await open();
      log = opened.log;
    });
    afterEach(() => opened.close());

    const notes = async () =>
      (
        await opened.sql.read({ sql: 'SELECT name, publication FROM notes ORDER BY publication, name', params: [] })
      ).map((row) => `${row.name}@${row.publication}`);

    test('commit with the publication, and can use its offset', async () => {
      expect(log.promises.writes).toBe(true);
      await log.append([append('a', '1'), noted('a', 'two'), noted('a', 'three'), noted('b', 'one')]);
      expect(await notes()).toEqual(['one@1', 'two@2', 'three@3']);
    });

    test('refused by a constraint: no publication, no side effect, no offset used, and the rest of the batch commits', async () => {
      await log.append([noted('a', 'taken')]);
      const [first, refused, third] = await log.append([noted('a', 'x'), noted('a', 'taken'), noted('a', 'y')]);
      expect(refused).toHaveProperty('refused');
      expect([first, third]).toMatchObject([{ position: { offset: 2 } }, { position: { offset: 3 } }]);
      expect(texts((await log.read('a', { limit: 9 })).publications)).toEqual(['taken', 'x', 'y']);
      expect(await notes()).toEqual(['taken@1', 'x@2', 'y@3']);
    });

    test('are rolled back together when a later one of the same publication is refused', async () => {
      await log.append([noted('a', 'taken')]);
      const writes = [note('new'), { sql: 'DELETE FROM notes WHERE name = ?', params: ['taken'] }, note('new')];
      const [outcome] = await log.append([append('a', 'x', { writes })]);
      expect(outcome).toHaveProperty('refused');
      expect(await notes()).toEqual(['taken@1']);
      expect((await log.position('a')).offset).toBe(1);
    });

    test('a refused publication leaves its key unused', async () => {
      await log.append([noted('a', 'taken')]);
      const [refused] = await log.append([noted('a', 'taken', { key: 'k' })]);
      expect(refused).toHaveProperty('refused');
      const [again] = await log.append([noted('a', 'other', { key: 'k' })]);
      expect(again).toMatchObject({ position: { offset: 2 }, repeated: false });
    });

    test('ID1: are not run again for a repeated key', async () => {
      const [first] = await log.append([noted('a', 'one', { key: 'k' })]);
      const [again] = await log.append([noted('a', 'other', { key: 'k' })]);
      const [same] = await log.append([noted('a', 'one', { key: 'k' })]);
      expect(first).toMatchObject({ repeated: false, position: { offset: 1 } });
      expect([again, same]).toMatchObject([
        { repeated: true, position: { offset: 1 } },
        { repeated: true, position: { offset: 1 } },
      ]);
      expect(await notes()).toEqual(['one@1']);
    });

    test('see what earlier publications of the batch wrote', async () => {
      const copy: Write = {
        sql: 'INSERT INTO notes SELECT name || ?, ? FROM notes',
        params: ['-copy', ASSIGNED_OFFSET],
      };
      await log.append([noted('a', 'one'), append('a', 'x', { writes: [copy] })]);
      expect(await notes()).toEqual(['one@1', 'one-copy@2']);
    });

    test('a refused first publication creates no channel', async () => {
      await log.append([noted('a', 'taken')]);
      await log.append([noted('new', 'taken')]);
      expect((await log.position('new')).offset).toBe(0);
      expect(await offsetsOf(log, [append('new', '1')])).toEqual([1]);
    });

    test('AC4: that can never succeed fail alone, are rolled back, and leave the log in order', async () => {
      const wrong: Write = { sql: 'INSERT INTO nowhere VALUES (?)', params: [ASSIGNED_OFFSET] };
      const [one, mistaken, three] = await log.append([
        noted('a', 'one'),
        append('a', 'two', { writes: [note('half'), wrong], key: 'k' }),
        noted('a', 'three', { key: 'k' }),
      ]);
      expect(mistaken).toMatchObject({ refused: expect.stringContaining('nowhere'), mistake: true });
      expect([one, three]).toMatchObject([{ position: { offset: 1 } }, { position: { offset: 2 }, repeated: false }]);
      expect(texts((await log.read('a', { limit: 9 })).publications)).toEqual(['one', 'three']);
      expect(await notes()).toEqual(['one@1', 'three@2']);
    });

    test('AC4: that can never succeed do not affect concurrent writes', async () => {
      const wrong: Write = { sql: 'INSERT INTO nowhere VALUES (?)', params: [] };
      const [before, mistaken, taken, written, after] = await Promise.all([
        log.append([noted('a', 'one'), append('b', '1')]),
        log.append([append('a', 'x', { writes: [wrong] }), append('c', '1')]),
        log.append([noted('a', 'one'), noted('b', 'two')]),
        opened.sql.write([{ sql: INSERT, params: ['three', 3] }]),
        log.append([append('a', '2'), append('c', '2')]),
      ]);
      expect(before).toMatchObject([{ position: { offset: 1 } }, { position: { offset: 1 } }]);
      expect(mistaken).toMatchObject([{ mistake: true }, { position: { offset: 1 } }]);
      expect(taken).toMatchObject([{ refused: expect.any(String) }, { position: { offset: 2 } }]);
      expect(taken[0]).not.toHaveProperty('mistake');
      expect(written).toMatchObject([{ changes: 1 }]);
      expect(after).toMatchObject([{ position: { offset: 2 } }, { position: { offset: 2 } }]);
      expect(await notes()).toEqual(['one@1', 'two@2', 'three@3']);
    });

    test('of concurrent calls each commit with their own publication', async () => {
      const calls = Array.from({ length: 99 }, (_, n) => log.append([noted('a', String(n % 60))]));
      const outcomes = (await Promise.all(calls)).flat();
      expect(outcomes.filter((outcome) => 'refused' in outcome)).toHaveLength(39);
      expect((await log.position('a')).offset).toBe(60);
      const { publications } = await log.read('a', { limit: 100 });
      expect(await notes()).toEqual(publications.map(({ offset, data }) => `${JSON.parse(data)}@${offset}`));
    });
  });
}
