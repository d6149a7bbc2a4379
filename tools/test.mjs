// `npm test`: makes the project ready on this machine, then checks and tests all of it. `npm test -- unit lint` runs
// these stages alone. Ends with one line that adds everything up; the exit code is 0 only when nothing failed.
// @ts-check
import { requireNode } from './setup/node-version.mjs';

requireNode();
// Only now: what follows may use all that this Node knows.
const { test } = await import('./testing/test.mjs');
await test(process.argv.slice(2));
