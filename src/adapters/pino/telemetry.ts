import pino from 'pino';
import type { Count, Fields, LogLevel, Telemetry } from '../../ports/telemetry.ts';

export type LogSettings = { readonly level: LogLevel; readonly format: 'pretty' | 'json' };

/** Telemetry whose counters can be read. */
export type CountingTelemetry = Telemetry & { counts(): readonly Count[] };

/** Records to standard error: one JSON object a line for machines, or one plain line for people. */
export function createTelemetry({ level, format }: LogSettings): CountingTelemetry {
  const logger =
    format === 'json'
      ? pino({ level, base: null }, pino.destination({ dest: 2, sync: true }))
      : pino({ level, base: null }, { write: (line: string) => void process.stderr.write(prettyLine(line)) });
  const counters = new Map<string, { name: string; labels: Count['labels']; value: number }>();
  return {
    record: (at, event, fields) => logger[at](fields ?? {}, event),
    count: (name, labels = {}, by = 1) => {
      const key = `${name}${JSON.stringify(labels)}`;
      const known = counters.get(key);
      if (known === undefined) counters.set(key, { name, labels, value: by });
      else known.value += by;
    },
    counts: () => [...counters.values()],
  };
}

const LEVELS: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'error' };

function prettyLine(line: string): string {
  const { level, time, msg, ...fields } = JSON.parse(line) as { level: number; time: number; msg: string } & Fields;
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`);
  return `${[new Date(time).toISOString().slice(11, 19), LEVELS[level] ?? level, msg, ...rest].join(' ')}\n`;
}
