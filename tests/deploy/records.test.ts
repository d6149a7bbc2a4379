import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { Glob } from 'bun';

const ROOT = `${import.meta.dir}/../..`;
/** Where an event's name appears when it is recorded or reported. */
const EVENT = /'([A-Za-z_]+\.[A-Za-z_]+)'/g;
const RECORDS = /(?:record|report|audit)\((?:[^()]|\([^()]*\))*\)/gs;

/** The event names in the sources, except those computed at run time. */
function recorded(): Set<string> {
  const events = new Set<string>();
  for (const file of new Glob('src/**/*.ts').scanSync(ROOT)) {
    if (file.includes('/web/') || file.endsWith('.test.ts')) continue;
    const source = readFileSync(`${ROOT}/${file}`, 'utf8');
    for (const [call] of source.matchAll(RECORDS))
      for (const [, event] of call.matchAll(EVENT)) events.add(event as string);
  }
  return events;
}

test('OB6 docs/operations.md lists every recorded event and no others', () => {
  const page = readFileSync(`${ROOT}/docs/operations.md`, 'utf8');
  const [section = ''] = /^## Logs\n[\s\S]*?(?=^## )/m.exec(page) ?? [];
  const rows = section.match(/^\| `[a-z_]+\.[a-z_]+`[^|]*\|/gm) ?? [];
  const told = rows.flatMap((row) => [...row.matchAll(/`([^`]+)`/g)].map(([, event]) => event as string));
  expect(told.toSorted()).toEqual([...recorded()].toSorted());
});
