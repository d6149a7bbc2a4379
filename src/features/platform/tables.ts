import type { Migration } from '../../core/operations/feature.ts';

/** The feature's tables, as Kysely reads and writes them. */
export type PlatformTables = {
  api_keys: {
    id: string;
    /** SHA-256 of the key in hex: the key itself is not stored. */
    hash: string;
    /** The key's first characters, to tell keys apart. */
    hint: string;
    name: string;
    /** JSON lists; null means all. */
    methods: string | null;
    namespaces: string | null;
    revoked_at: number | null;
    created_at: number;
    created_by: string;
  };
  apps: {
    id: string;
    app_key: string;
    /** In plain text: verifying signatures requires it. */
    secret: string;
    namespace: string;
    name: string;
    /** The other settings, a JSON object. */
    settings: string;
    created_at: number;
    created_by: string;
  };
};

/** Plain enough for SQLite, Postgres and MySQL alike. */
export const PLATFORM_MIGRATIONS: readonly Migration[] = [
  {
    id: 'platform-0001-api-keys-and-apps',
    statements: [
      `CREATE TABLE api_keys (
        id VARCHAR(64) NOT NULL PRIMARY KEY,
        hash VARCHAR(64) NOT NULL UNIQUE,
        hint VARCHAR(10) NOT NULL,
        name VARCHAR(60) NOT NULL,
        methods TEXT,
        namespaces TEXT,
        revoked_at BIGINT,
        created_at BIGINT NOT NULL,
        created_by VARCHAR(40) NOT NULL
      )`,
      `CREATE TABLE apps (
        id VARCHAR(64) NOT NULL PRIMARY KEY,
        app_key VARCHAR(64) NOT NULL UNIQUE,
        secret VARCHAR(200) NOT NULL,
        namespace VARCHAR(32) NOT NULL,
        name VARCHAR(60) NOT NULL,
        settings TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        created_by VARCHAR(40) NOT NULL
      )`,
    ],
  },
];
