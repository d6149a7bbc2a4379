/**
 * Reads every page of the database once and reports damage, in its own thread with a read-only connection: neither the
 * writer nor the reader waits for it. https://www.sqlite.org/pragma.html#pragma_quick_check
 */
import { Database } from 'bun:sqlite';
import { findDamage } from './quick-check.ts';

export type CheckOrder = { readonly file: string };
export type CheckResult = { readonly problems: readonly string[] };

declare const self: {
  onmessage: ((event: { data: CheckOrder }) => void) | null;
  postMessage(result: CheckResult): void;
};

self.onmessage = ({ data: { file } }) => {
  const db = new Database(file, { readwrite: true });
  db.run('PRAGMA query_only = ON');
  try {
    self.postMessage({ problems: findDamage(db) });
  } finally {
    db.close();
  }
};
