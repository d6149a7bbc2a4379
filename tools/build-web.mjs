// Builds the web app into dist/web when its sources have changed, as `npm start` does.
// @ts-check
import { fileURLToPath } from 'node:url';
import { findBun } from './setup/bun.mjs';
import { exitWith } from './setup/setup-error.mjs';
import { ensureWeb } from './setup/web.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

try {
  await ensureWeb(ROOT, findBun(ROOT));
  console.log('dist/web is built from the sources as they are');
} catch (error) {
  exitWith(error);
}
