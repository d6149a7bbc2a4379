import pino, { type LoggerOptions } from 'pino';
import type { Count, Fields, LogLevel, Telemetry } from '../../ports/telemetry.ts';
import { RecordLimit } from './record-limit.ts';

export type LogSettings = { readonly level: LogLevel; readonly format: 'pretty' | 'json' };

/** Telemetry whose counters can be read. */
export type CountingTelemetry = Telemetry & { counts(): readonly Count[] };

/** `level` as a word, `time` in ISO 8601, `event` for what happened; then the record's own fields. */
const LINES: LoggerOptions = {
  base: null,
  messageKey: 'event',
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
};

/** Logs to standard error: one JSON object per line for machines, or one plain line for people. */
export function createTelemetry({ level, format }: LogSettings): CountingTelemetry {
  const logger =
    format === 'json'
      ? pino({ ...LINES, level }, pino.destination({ dest: 2, sync: true }))
      : pino({ ...LINES, level }, { write: (line: string) => void process.stderr.write(prettyLine(line)) });
  const limit = new RecordLimit();
  const counters = new Map<string, { name: string; labels: Count['labels']; value: number }>();
  return {
    record: (at, event, fields = {}) => {
      const passed = limit.pass(event, fields);
      if (passed !== undefined) logger[at](passed, event);
    },
    count: (name, labels = {}, by = 1) => {
      const key = `${name}${JSON.stringify(labels)}`;
      const known = counters.get(key);
      if (known === undefined) counters.set(key, { name, labels, value: by });
      else known.value += by;
    },
    counts: () => [...counters.values()],
  };
}

function prettyLine(line: string): string {
  const { level, time, event, ...fields } = JSON.parse(line) as { level: string; time: string; event: string } & Fields;
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`);
  return `${[time.slice(11, 19), level, event, ...rest].join(' ')}\n`;
}
