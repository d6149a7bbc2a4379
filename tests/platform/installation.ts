import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digests } from '../../src/adapters/bun/digests.ts';
import { createImages } from '../../src/adapters/bun/images.ts';
import { MemoryBlobs } from '../../src/adapters/memory/blobs.ts';
import { openDatabase } from '../../src/adapters/sqlite/database.ts';
import { SqliteWorkLog } from '../../src/adapters/sqlite/work-log.ts';
import type { AppSettings } from '../../src/contracts/app-settings.ts';
import { ApiKeys, type ConfiguredKey } from '../../src/core/access/api-keys.ts';
import { CLOSED_NAMESPACE } from '../../src/core/channels/namespace.ts';
import { Namespaces } from '../../src/core/channels/namespaces.ts';
import { ClientError } from '../../src/core/errors.ts';
import { Jobs } from '../../src/core/jobs/jobs.ts';
import { Avatars } from '../../src/core/operations/avatars.ts';
import type { Channels } from '../../src/core/operations/feature.ts';
import { createOperations } from '../../src/core/operations/operations.ts';
import { createPlatform } from '../../src/features/platform/feature.ts';
import { PLATFORM_MIGRATIONS } from '../../src/features/platform/tables.ts';
import type { Sql } from '../../src/ports/sql.ts';
import type { Fields } from '../../src/ports/telemetry.ts';
import { Apps } from '../../src/protocols/pusher/apps.ts';
import { HandClock } from '../core/hand-clock.ts';

export type Configured = { readonly keys?: readonly ConfiguredKey[]; readonly apps?: readonly AppSettings[] };

const NAMESPACES = { news: CLOSED_NAMESPACE, map: { ...CLOSED_NAMESPACE, type: 'map' } } as const;

/** The feature on a real database, without a node. */
export class Installation {
  readonly folder = mkdtempSync(join(tmpdir(), 'banyan-platform-'));
  readonly clock = new HandClock();
  readonly recorded: { readonly event: string; readonly fields: Fields }[] = [];
  /** Whether the next writes fail, as on a full disk. */
  isFull = false;
  #database = this.#open();
  #run = this.#start({});

  get apps(): Apps {
    return this.#run.apps;
  }

  get keys(): ApiKeys {
    return this.#run.keys;
  }

  call<Answer>(name: string, input: unknown = {}): Promise<Answer> {
    const principal = { kind: 'user', user: 'owner', role: 'owner', device: 'd' } as const;
    return this.#run.operations.call(name, { principal, address: '192.0.2.1' }, input) as Promise<Answer>;
  }

  /** The kind of the error a call fails with. */
  async refusal(name: string, input: unknown = {}): Promise<string> {
    return this.call(name, input).then(
      (answer) => `answered ${JSON.stringify(answer)}`,
      (error) => (error instanceof ClientError ? error.kind : String(error)),
    );
  }

  /** A restart with other settings. */
  async restart(configured: Configured): Promise<void> {
    await this.#database.close();
    this.#database = this.#open();
    this.#run = this.#start(configured);
    await this.#run.platform.load();
  }

  async close(): Promise<void> {
    await this.#database.close();
    rmSync(this.folder, { recursive: true });
  }

  #open() {
    return openDatabase(this.folder, PLATFORM_MIGRATIONS, (error) => {
      throw error;
    });
  }

  #start({ keys: configuredKeys = [], apps: configuredApps = [] }: Configured) {
    const { clock } = this;
    const sql = this.#sql();
    const telemetry = {
      count: () => undefined,
      record: (_level: string, event: string, fields: Fields = {}) => void this.recorded.push({ event, fields }),
    };
    const jobs = new Jobs({ log: new SqliteWorkLog(sql), clock, telemetry });
    const keys = new ApiKeys(configuredKeys);
    const apps = new Apps(configuredApps, {
      clock,
      telemetry,
      digests,
      outbox: jobs,
      options: {},
      namespaces: new Namespaces(),
    });
    const avatars = new Avatars({ blobs: new MemoryBlobs(), images: createImages(), clock });
    const platform = createPlatform(
      { sql, clock, telemetry, avatars, channels: {} as Channels, jobs },
      { apiKeys: keys, apps, jobs, methods: ['publish', 'info'], namespaces: NAMESPACES, reserved: new Set(['room']) },
    );
    return { keys, apps, platform, operations: createOperations(platform.feature.operations) };
  }

  #sql(): Sql {
    const { sql } = this.#database;
    return {
      read: (statement) => sql.read(statement),
      write: (statements) => (this.isFull ? Promise.reject(new Error('disk full')) : sql.write(statements)),
    };
  }
}
