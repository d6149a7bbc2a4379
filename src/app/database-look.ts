import { type DatabaseLook, lookAtDatabase } from '../adapters/sqlite/look.ts';
import { MIGRATIONS } from './migrations.ts';

/** How the database in a data folder is; a larger one than `checkBytes` is not checked page by page. Changes nothing. */
export function databaseLook(folder: string, checkBytes: number): DatabaseLook {
  return lookAtDatabase({ folder, featureSteps: MIGRATIONS, checkBytes });
}
