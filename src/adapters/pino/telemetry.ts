import pino from 'pino';
import type { Fields, LogLevel, Telemetry } from '../../ports/telemetry.ts';

export type LogSettings = { readonly level: LogLevel; readonly format: 'pretty' | 'json' };

/** Records to standard error: one JSON object a line for machines, or one plain line for people. */
export function createTelemetry({
  level,
  format,
}: LogSettings): Telemetry & { counters(): ReadonlyMap<string, number> } {
  const logger =
    format === 'json'
      ? pino({ level, base: null }, pino.destination({ dest: 2, sync: true }))
      : pino({ level, base: null }, { write: (line: string) => void process.stderr.write(prettyLine(line)) });
  const counters = new Map<string, number>();
  return {
    record: (at, event, fields) => logger[at](fields ?? {}, event),
    count: (name, labels = {}, by = 1) => {
      const key = `${name}${JSON.stringify(labels)}`;
      counters.set(key, (counters.get(key) ?? 0) + by);
    },
    counters: () => counters,
  };
}

const LEVELS: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'error' };

function prettyLine(line: string): string {
  const { level, time, msg, ...fields } = JSON.parse(line) as { level: number; time: number; msg: string } & Fields;
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`);
  return `${[new Date(time).toISOString().slice(11, 19), LEVELS[level] ?? level, msg, ...rest].join(' ')}\n`;
}
