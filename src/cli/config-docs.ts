import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configDocs } from '../app/config-docs.ts';
import { StartError } from '../app/start-error.ts';
import type { Command } from './command.ts';
import { withTables } from './migrate/migrating-docs.ts';

/** Generated pages of docs, and pages with generated parts, from their former content. */
const PAGES: Readonly<Record<string, (page: string) => string>> = {
  'config.md': configDocs,
  'migrating.md': withTables,
};

export const writeConfigDocs: Command = {
  summary: 'Writes docs/config.md and the tables of docs/migrating.md; --check only says whether they are fresh.',
  run: async (args) => {
    const unknown = args.find((arg) => arg !== '--check');
    if (unknown !== undefined) throw new StartError(`unexpected argument ${JSON.stringify(unknown)}`);
    for (const [name, make] of Object.entries(PAGES)) {
      const path = fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));
      const page = readFileSync(path, 'utf8');
      if (args.length === 0) writeFileSync(path, make(page));
      else if (make(page) !== page) {
        throw new StartError(`docs/${name} is stale; write it with: node tools/start.mjs config-docs`);
      }
      console.log(args.length === 0 ? `docs/${name} is written` : `docs/${name} is fresh`);
    }
    return 0;
  },
};
