const formats = new Map<string, Intl.NumberFormat>();

/** Creating a formatter is slow, and charts need many. */
function format(language: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${language}${JSON.stringify(options)}`;
  const known = formats.get(key) ?? new Intl.NumberFormat(language, options);
  formats.set(key, known);
  return known;
}

/** The kind of a number in the console, which determines its format. */
export type Unit = 'count' | 'rate' | 'ms' | 'bytes' | 'share';

/** 12,345 */
export function formatCount(count: number, language: string): string {
  return format(language, { maximumFractionDigits: 0 }).format(count);
}

/** A measured value with its unit, short enough for a legend: `1.2K/s`, `0.42 ms`, `128 MB`, `37 %`. */
export function formatValue(value: number, unit: Unit, language: string): string {
  switch (unit) {
    case 'count':
      return value < 100_000 ? formatCount(value, language) : compact(value, language);
    case 'rate':
      return `${compact(value, language)}/s`;
    case 'ms':
      return `${format(language, { maximumSignificantDigits: 3 }).format(value)} ms`;
    case 'bytes':
      return formatBytes(value, language);
    case 'share':
      return format(language, { style: 'percent', maximumFractionDigits: 0 }).format(value);
    default:
      return unit satisfies never;
  }
}

const STEPS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** 128 MB; a KB has 1,024 bytes. */
export function formatBytes(bytes: number, language: string): string {
  const step = bytes < 1 ? 0 : Math.min(STEPS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const options = step === 0 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 };
  const number = format(language, options).format(bytes / 1_024 ** step);
  return `${number} ${STEPS[step]}`;
}

/** A time with seconds, for lists of events. */
export function formatMoment(ms: number, language: string): string {
  return new Intl.DateTimeFormat(language, {
    ...{ month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' },
    hourCycle: 'h23',
  }).format(ms);
}

function compact(value: number, language: string): string {
  const options = value < 10 ? { maximumFractionDigits: 1 } : { maximumFractionDigits: value < 1_000 ? 0 : 1 };
  return format(language, { notation: 'compact', ...options }).format(value);
}

/** "12 seconds ago", and minutes, hours or days where it is longer. */
export function formatSince(ms: number, language: string, now = Date.now()): string {
  const seconds = Math.max(0, Math.round((now - ms) / 1_000));
  const [size, unit] = AGES.find(([each]) => seconds >= each) ?? [1, 'second'];
  return new Intl.RelativeTimeFormat(language, { style: 'short' }).format(-Math.floor(seconds / size), unit);
}

const AGES = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
] as const;
