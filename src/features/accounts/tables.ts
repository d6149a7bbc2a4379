import type { Role } from '../../contracts/roles.ts';
import type { Migration } from '../../core/operations/feature.ts';

/** The tables of accounts. Times are milliseconds since 1970, UTC. */
export type AccountsTables = {
  readonly users: {
    readonly id: string;
    /** Lower case. */
    readonly handle: string;
    /** Lower case. */
    readonly email: string | null;
    readonly display_name: string;
    /** Used for searching and sorting; see `searchName`. */
    readonly search_name: string;
    readonly avatar: string | null;
    readonly role: Role;
    /** 0 or 1. */
    readonly disabled: number;
    readonly created_at: number;
    readonly last_seen_at: number | null;
    /**
     * The handle's look-alike key (`lookOf`), unique; `*<id>` for a handle that collided before this column existed.
     */
    readonly handle_look: string | null;
    /** Who may add this person to groups and open a chat with them. */
    readonly added_by: 'anyone' | 'known';
  };
  readonly credentials: {
    readonly user_id: string;
    readonly password_hash: string;
    readonly changed_at: number;
  };
  /** A signed-in browser or program with its token. */
  readonly devices: {
    readonly id: string;
    readonly user_id: string;
    /** SHA-256 of the token, in hex. */
    readonly token_hash: string;
    readonly label: string;
    readonly address: string;
    readonly created_at: number;
    readonly last_seen_at: number;
    readonly expires_at: number;
  };
  readonly account_invites: {
    readonly code: string;
    readonly role: Role;
    readonly created_by: string | null;
    readonly created_at: number;
    readonly expires_at: number | null;
    readonly uses_left: number | null;
    /** `first-owner` for the one invitation the program creates itself. */
    readonly purpose: string | null;
  };
  /** Browsers a person has signed in on before; see `KnownDevices`. */
  readonly known_devices: {
    /** SHA-256 of the cookie's token, in hex. */
    readonly token_hash: string;
    readonly user_id: string;
    readonly used_at: number;
  };
  /** People who still have to be announced to some feature. */
  readonly newcomers: {
    readonly user_id: string;
    readonly created_at: number;
  };
};

/** Plain enough for SQLite, Postgres and MySQL alike. */
export const ACCOUNTS_MIGRATIONS: readonly Migration[] = [
  {
    id: 'accounts-0001-people',
    statements: [
      `CREATE TABLE users (
        id VARCHAR(40) NOT NULL PRIMARY KEY,
        handle VARCHAR(30) NOT NULL UNIQUE,
        email VARCHAR(254) UNIQUE,
        display_name VARCHAR(60) NOT NULL,
        search_name VARCHAR(200) NOT NULL,
        avatar VARCHAR(64),
        role VARCHAR(10) NOT NULL,
        disabled SMALLINT NOT NULL DEFAULT 0,
        created_at BIGINT NOT NULL,
        last_seen_at BIGINT
      )`,
      'CREATE INDEX users_by_name ON users (search_name, id)',
      'CREATE INDEX users_by_role ON users (role)',
      `CREATE TABLE credentials (
        user_id VARCHAR(40) NOT NULL PRIMARY KEY REFERENCES users (id),
        password_hash VARCHAR(200) NOT NULL,
        changed_at BIGINT NOT NULL
      )`,
      `CREATE TABLE devices (
        id VARCHAR(40) NOT NULL PRIMARY KEY,
        user_id VARCHAR(40) NOT NULL REFERENCES users (id),
        token_hash VARCHAR(64) NOT NULL UNIQUE,
        label VARCHAR(60) NOT NULL,
        address VARCHAR(60) NOT NULL,
        created_at BIGINT NOT NULL,
        last_seen_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL
      )`,
      'CREATE INDEX devices_by_user ON devices (user_id, created_at)',
      `CREATE TABLE account_invites (
        code VARCHAR(64) NOT NULL PRIMARY KEY,
        role VARCHAR(10) NOT NULL,
        created_by VARCHAR(40) REFERENCES users (id),
        created_at BIGINT NOT NULL,
        expires_at BIGINT,
        uses_left INTEGER CHECK (uses_left >= 0),
        purpose VARCHAR(20) UNIQUE
      )`,
      'CREATE INDEX account_invites_by_time ON account_invites (created_at)',
    ],
  },
  {
    id: 'accounts-0002-newcomers',
    statements: [
      `CREATE TABLE newcomers (
        user_id VARCHAR(40) NOT NULL PRIMARY KEY REFERENCES users (id),
        created_at BIGINT NOT NULL
      )`,
      'CREATE INDEX newcomers_by_time ON newcomers (created_at, user_id)',
    ],
  },
  {
    id: 'accounts-0003-abuse',
    statements: [
      `CREATE TABLE known_devices (
        token_hash VARCHAR(64) NOT NULL,
        user_id VARCHAR(40) NOT NULL REFERENCES users (id),
        used_at BIGINT NOT NULL,
        PRIMARY KEY (token_hash, user_id)
      )`,
      'CREATE INDEX known_devices_by_user ON known_devices (user_id, used_at)',
      'ALTER TABLE users ADD COLUMN handle_look VARCHAR(64)',
      'CREATE UNIQUE INDEX users_by_look ON users (handle_look)',
      `ALTER TABLE users ADD COLUMN added_by VARCHAR(10) NOT NULL DEFAULT 'anyone'`,
    ],
  },
];
