// `npm run dev`: makes the project ready, runs the server and restarts it on changes, and serves the screens by Vite.
// @ts-check
import { requireNode } from './setup/node-version.mjs';

requireNode();
const { dev } = await import('./setup/dev.mjs');
await dev(process.argv.slice(2));
