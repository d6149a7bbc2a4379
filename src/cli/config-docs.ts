import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configDocs } from '../app/config-docs.ts';
import { StartError } from '../app/start-error.ts';
import type { Command } from './command.ts';

const FILE = fileURLToPath(new URL('../../docs/config.md', import.meta.url));

export const writeConfigDocs: Command = {
  summary: 'Writes docs/config.md from the table of settings; --check only says whether it is fresh.',
  run: async (args) => {
    const unknown = args.find((arg) => arg !== '--check');
    if (unknown !== undefined) throw new StartError(`unexpected argument ${JSON.stringify(unknown)}`);
    const docs = configDocs();
    if (args.length === 0) writeFileSync(FILE, docs);
    else if (readFileSync(FILE, 'utf8') !== docs) {
      throw new StartError('docs/config.md is stale; write it with: node tools/start.mjs config-docs');
    }
    console.log(args.length === 0 ? 'docs/config.md is written' : 'docs/config.md is fresh');
    return 0;
  },
};
