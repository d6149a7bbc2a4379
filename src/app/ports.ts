import { join } from 'node:path';
import { DiskBlobs } from '../adapters/disk/blobs.ts';
import { HttpBackend, type HttpBackendSettings } from '../adapters/http/backend.ts';
import { MemoryBus } from '../adapters/memory/bus.ts';
import { MemoryLog } from '../adapters/memory/log.ts';
import { openDatabase } from '../adapters/sqlite/database.ts';
import { DataFolderError, type SchemaStep } from '../adapters/sqlite/open.ts';
import type { NewEpoch } from '../adapters/sqlite/runs.ts';
import { SqliteWorkLog } from '../adapters/sqlite/work-log.ts';
import type { NodeMessage } from '../core/bus/node-messages.ts';
import type { Backend } from '../ports/backend.ts';
import type { Blobs } from '../ports/blobs.ts';
import type { Bus } from '../ports/bus.ts';
import type { Log } from '../ports/log.ts';
import type { Sql } from '../ports/sql.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { WorkLog } from '../ports/work-log.ts';
import { StartError } from './start-error.ts';

/** All adapters, chosen by settings; the only place that names them. */
export type Ports = {
  readonly bus: Bus<NodeMessage>;
  readonly logs: { readonly memory: Log; readonly durable: Log };
  readonly sql: Sql;
  readonly workLog: WorkLog;
  readonly blobs: Blobs;
  readonly backend: Backend;
  /** Why the durable log began a new epoch at this start; undefined if it did not. */
  readonly newEpoch: NewEpoch | undefined;
  /** One line that says what stored data is damaged; undefined if no damage is known. */
  damage(): string | undefined;
  /**
   * Checks of this process's dependencies, by name; a check rejects, or never resolves, if its dependency does not
   * respond.
   */
  readonly checks: Readonly<Record<string, () => Promise<unknown>>>;
  /** Removes expired history; called every minute. */
  sweep(now: number): Promise<void>;
  close(): Promise<void>;
};

export type PortSettings = {
  readonly dataFolder: string;
  readonly memoryHistoryBytes: number;
  readonly backend: HttpBackendSettings;
  readonly steps: readonly SchemaStep[];
  /** The database's thread died; nothing can be written any more. */
  readonly onDeath: (error: Error) => void;
  /** The condition of the stored data changed. */
  readonly record?: Telemetry['record'];
};

/** Throws `StartError` if the data folder cannot be used. */
export function openPorts({ dataFolder, memoryHistoryBytes, backend, steps, onDeath, record }: PortSettings): Ports {
  try {
    const database = openDatabase(dataFolder, steps, onDeath, record);
    const memory = new MemoryLog(`${Date.now().toString(36)}-`, { bytes: memoryHistoryBytes });
    return {
      bus: new MemoryBus(),
      logs: { memory, durable: database.log },
      sql: database.sql,
      workLog: new SqliteWorkLog(database.sql),
      newEpoch: database.newEpoch,
      damage: () => database.damage(),
      blobs: new DiskBlobs(join(dataFolder, 'blobs')),
      backend: new HttpBackend(backend),
      checks: {
        'database reads': () => database.sql.read({ sql: 'SELECT 1', params: [] }),
        'database writes': () => database.checkWrites(),
      },
      sweep: async (now) => {
        memory.sweep(now);
        await database.log.sweep(now);
      },
      close: () => database.close(),
    };
  } catch (error) {
    if (error instanceof DataFolderError) throw new StartError(error.message);
    throw error;
  }
}
