import { DataFolderError } from '../adapters/sqlite/open.ts';
import { type RepairReport, type RepairSettings, repairDatabase } from '../adapters/sqlite/repair.ts';
import { StartError } from './start-error.ts';

/** Repairs the database of a data folder that no server uses. Throws `StartError` on failure. */
export function repairData(settings: RepairSettings): RepairReport {
  try {
    return repairDatabase(settings);
  } catch (error) {
    if (error instanceof DataFolderError) throw new StartError(error.message);
    throw error;
  }
}
