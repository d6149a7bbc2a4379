import { loadConfig } from '../app/load-config.ts';
import { repairData } from '../app/repair-data.ts';
import { type Command, processSources } from './command.ts';
import { whole } from './figures.ts';

type Report = ReturnType<typeof repairData>;

const DRY_RUN = '--dry-run';
const JSON_OUT = '--json';
const MAX_CHANNELS = 20;

export const repair: Command = {
  summary: 'Takes what can be read of a damaged database into a new one; repair --help tells how.',
  help: `Takes what can be read of a damaged database into a new one.

  node tools/start.mjs repair [options] [settings as for serve]

Stop the server first. The new database takes the place of the damaged one,
which is kept beside it as banyan.db.damaged-<time>; remove that when you need
it no more. There must be as much free space as the database takes. All clients
start again afterwards. An interrupted repair has changed nothing; run it again.

The exit code is 1 when something could not be read.

Options:
  --dry-run  only says what can be read, and writes nothing
  --json     the report as JSON`,
  run: async (args) => {
    const [dryRun, isJson] = [args.includes(DRY_RUN), args.includes(JSON_OUT)];
    const settings = args.filter((arg) => arg !== DRY_RUN && arg !== JSON_OUT);
    const { config } = loadConfig(processSources(settings));
    const report = repairData({
      ...{ folder: config.data, dryRun },
      onProgress: (table, rows) => console.error(`${table}: ${whole(rows)} rows`),
    });
    console.log(isJson ? JSON.stringify(report, null, 2) : text(report, dryRun));
    return hasLost(report) ? 1 : 0;
  },
};

function hasLost({ tables, channels }: Report): boolean {
  return channels.length > 0 || tables.some(({ gaps, refused }) => gaps + refused > 0);
}

function text(report: Report, dryRun: boolean): string {
  const { problems, tables, publications, channels, isWhole, keptAs } = report;
  if (isWhole) return 'The database is whole; nothing was changed.';
  if (tables.length === 0) return finishedText(keptAs);
  const lines = [
    `Damaged: ${problems[0] ?? 'what rows say'}${problems.length > 1 ? `, and ${problems.length - 1} more places` : ''}`,
    `Read: ${whole(publications)} publications`,
    ...tables.filter(({ rows }) => rows > 0).map(({ table, rows }) => `Read: ${whole(rows)} rows of ${table}`),
    ...tables.flatMap((table) => lostRows(table)),
    ...lostPublications(channels),
  ];
  if (!hasLost(report)) lines.push('Nothing is lost: all rows could be read.');
  lines.push(keptAs === undefined ? ending(dryRun) : `The damaged database is kept as ${keptAs}`);
  return lines.join('\n');
}

function finishedText(keptAs: string | undefined): string {
  if (keptAs === undefined)
    return 'A repair was interrupted when it was nearly done; without --dry-run it is finished.';
  return `The repair that was interrupted is finished. The damaged database is kept as ${keptAs}`;
}

function ending(dryRun: boolean): string {
  return dryRun ? 'Nothing was written.' : 'Nothing was changed.';
}

function lostRows({ table, gaps, refused }: Report['tables'][number]): string[] {
  return [
    ...(gaps > 0 ? [`LOST: rows of ${table} at ${gaps} ${gaps === 1 ? 'place' : 'places'}`] : []),
    ...(refused > 0 ? [`LOST: ${whole(refused)} rows of ${table}, which are damaged inside`] : []),
  ];
}

function lostPublications(channels: Report['channels']): string[] {
  const shown = [...channels].sort((one, other) => other.lost - one.lost).slice(0, MAX_CHANNELS);
  const lines = shown.map(
    ({ channel, lost, rows }) => `LOST: ${whole(lost)} publications of ${channel}, ${whole(rows)} read`,
  );
  const more = channels.length - shown.length;
  return more > 0 ? [...lines, `LOST: publications of ${whole(more)} more channels`] : lines;
}
