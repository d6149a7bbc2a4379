import { type DatabaseLook, inspectDatabase } from '../adapters/sqlite/look.ts';
import { MIGRATIONS } from './migrations.ts';

/**
 * The condition of a data folder's database; one larger than `checkBytes` is not checked page by page. Changes nothing.
 */
export function databaseLook(folder: string, checkBytes: number): DatabaseLook {
  return inspectDatabase({ folder, featureSteps: MIGRATIONS, checkBytes });
}
