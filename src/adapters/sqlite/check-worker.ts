/**
 * Reads every page of the database once and reports damage, in its own thread with a read-only connection: neither the
 * writer nor the reader waits for it. https://www.sqlite.org/pragma.html#pragma_quick_check
 */
import { Database } from 'bun:sqlite';
import { findDamage } from './quick-check.ts';
import { answeringStart, type Started } from './start-thread.ts';

export type CheckOrder = { readonly file: string };
export type CheckResult = { readonly problems: readonly string[] };

declare const self: {
  onmessage: ((event: { data: CheckOrder | Started }) => void) | null;
  postMessage(result: CheckResult): void;
};

self.onmessage = answeringStart((data: CheckOrder) => {
  const db = new Database(data.file, { readwrite: true });
  db.run('PRAGMA query_only = ON');
  // Opened by the first query.
  db.query('SELECT count(*) FROM sqlite_master').get();
  setTimeout(() => check(db), 1);
});

function check(db: Database): void {
  try {
    self.postMessage({ problems: findDamage(db) });
  } finally {
    db.close();
  }
}
