// What is imported here must parse on any Node that knows modules, or nobody would see the message.
// @ts-check
import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

/**
 * Ends the process with one line unless this Node is one that package.json asks for (`>=major.minor`).
 */
export function requireNode() {
  const [major = 0, minor = 0] = manifest.engines.node.replace('>=', '').split('.').map(Number);
  const [ownMajor = 0, ownMinor = 0] = process.versions.node.split('.').map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return;
  console.error(`banyan: Node.js ${major}.${minor} or newer is needed, this is ${process.versions.node}`);
  process.exit(1);
}
