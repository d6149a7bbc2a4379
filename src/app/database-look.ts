import { type DatabaseLook, lookAtDatabase } from '../adapters/sqlite/look.ts';
import { MIGRATIONS } from './migrations.ts';

/**
 * The condition of a data folder's database; one larger than `checkBytes` is not checked page by page. Changes nothing.
 */
export function databaseLook(folder: string, checkBytes: number): DatabaseLook {
  return lookAtDatabase({ folder, featureSteps: MIGRATIONS, checkBytes });
}
