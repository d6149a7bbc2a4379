// `npm start`: makes the project ready on this machine, then runs the program. Needs nothing but Node.
// @ts-check
import { requireNode } from './setup/node-version.mjs';

requireNode();
// Only now: what follows may use all that this Node knows.
const { start } = await import('./setup/start.mjs');
await start(process.argv.slice(2));
