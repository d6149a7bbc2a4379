/** `publications` is clustered by channel and offset, so a page of history is one range read. */
const TABLES = {
  id: 'log-0001-channels-and-publications',
  statements: [
    `CREATE TABLE log_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID`,
    // One epoch for the whole file: offsets never start again within it. A restored backup gets a new one (`beginRun`).
    `INSERT INTO log_meta (name, value) VALUES ('epoch', lower(hex(randomblob(4))))`,
    `CREATE TABLE channels (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      top INTEGER NOT NULL,
      first INTEGER NOT NULL
    )`,
    `CREATE TABLE publications (
      channel_id INTEGER NOT NULL,
      offset INTEGER NOT NULL,
      time INTEGER NOT NULL,
      key TEXT,
      data TEXT NOT NULL,
      info TEXT,
      tags TEXT,
      PRIMARY KEY (channel_id, offset)
    ) WITHOUT ROWID`,
    `CREATE UNIQUE INDEX publications_key ON publications (channel_id, key) WHERE key IS NOT NULL`,
  ],
} as const;

/** When everything in a channel has expired, in wall-clock milliseconds; NULL if it is empty or never expires. */
const EXPIRY = {
  id: 'log-0002-when-channels-expire',
  statements: [
    'ALTER TABLE channels ADD COLUMN expires_at INTEGER',
    'CREATE INDEX channels_expires_at ON channels (expires_at) WHERE expires_at IS NOT NULL',
  ],
} as const;

/** The client that does not receive a publication (`Publication.except`). */
const EXCEPT = {
  id: 'log-0003-except',
  statements: [`ALTER TABLE publications ADD COLUMN except_client TEXT`],
} as const;

/**
 * Pending work (`WorkLog`); a dead letter if `died_at` is set. `data` is the last column, so that the others are read
 * without it.
 */
const WORKS = {
  id: 'log-0004-works',
  statements: [
    `CREATE TABLE works (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      queue TEXT NOT NULL,
      lane TEXT NOT NULL,
      added_at INTEGER NOT NULL,
      due_at INTEGER NOT NULL,
      attempts INTEGER NOT NULL,
      died_at INTEGER,
      reason TEXT,
      bytes INTEGER NOT NULL,
      data TEXT NOT NULL
    )`,
    'CREATE INDEX works_waiting ON works (queue, lane, id) WHERE died_at IS NULL',
    'CREATE INDEX works_dead ON works (id) WHERE died_at IS NOT NULL',
  ],
} as const;

/** The last version accepted in each channel that uses versions (`Append.version`). */
const VERSIONS = {
  id: 'log-0005-versions',
  statements: [
    `CREATE TABLE channel_versions (
      channel_id INTEGER PRIMARY KEY,
      version INTEGER NOT NULL,
      version_epoch TEXT NOT NULL
    )`,
  ],
} as const;

/**
 * The entry a map's publication sets or removes (JSON); and the current entries, each as the publication that set it:
 * they survive the history.
 */
const ENTRIES = {
  id: 'log-0006-entries-of-maps',
  statements: [
    'ALTER TABLE publications ADD COLUMN entry TEXT',
    `CREATE TABLE entries (
      channel_id INTEGER NOT NULL,
      key TEXT NOT NULL,
      offset INTEGER NOT NULL,
      time INTEGER NOT NULL,
      data TEXT NOT NULL,
      info TEXT,
      tags TEXT,
      except_client TEXT,
      PRIMARY KEY (channel_id, key)
    )`,
  ],
} as const;

/** An entry's message key, and the last version of its publications. */
const TERMS = {
  id: 'log-0007-keys-and-versions-of-entries',
  statements: [
    'ALTER TABLE entries ADD COLUMN message_key TEXT',
    'ALTER TABLE entries ADD COLUMN version INTEGER',
    'ALTER TABLE entries ADD COLUMN version_epoch TEXT',
  ],
} as const;

/** The log's own tables, in order of application. Append only. */
export const LOG_MIGRATIONS = [TABLES, EXPIRY, EXCEPT, WORKS, VERSIONS, ENTRIES, TERMS] as const;
