const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Creating a formatter is slow and a timeline needs thousands. */
function format(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language}${JSON.stringify(options)}`;
  const known = formats.get(key) ?? new Intl.DateTimeFormat(language, options);
  formats.set(key, known);
  return known;
}

/** The day of a moment, in this device's time zone: equal for equal days. */
export function dayKey(ms: number): string {
  const date = new Date(ms);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

/** 14:05, or 2:05 PM, depending on the language. */
export function formatClock(ms: number, language: string): string {
  return format(language, { hour: 'numeric', minute: '2-digit' }).format(ms);
}

/** Today, Yesterday, a weekday of the last week, or the date. */
export function formatDay(ms: number, language: string, now = Date.now()): string {
  const ago = daysAgo(ms, now);
  if (ago === 0 || ago === 1) return capital(relative(language).format(-ago, 'day'));
  if (ago > 1 && ago < 7) return format(language, { weekday: 'long' }).format(ms);
  const year = new Date(ms).getFullYear() === new Date(now).getFullYear() ? {} : ({ year: 'numeric' } as const);
  return format(language, { month: 'long', day: 'numeric', weekday: 'short', ...year }).format(ms);
}

/** For lists: the time of today, a weekday, or a short date. */
export function formatShort(ms: number, language: string, now = Date.now()): string {
  const ago = daysAgo(ms, now);
  if (ago === 0) return formatClock(ms, language);
  if (ago === 1) return capital(relative(language).format(-1, 'day'));
  if (ago > 1 && ago < 7) return format(language, { weekday: 'short' }).format(ms);
  return format(language, { year: '2-digit', month: 'numeric', day: 'numeric' }).format(ms);
}

/** "5 minutes ago". */
export function formatAgo(ms: number, language: string, now = Date.now()): string {
  const minutes = Math.round((now - ms) / 60_000);
  if (minutes < 60) return relative(language).format(-Math.max(minutes, 0), 'minute');
  if (minutes < 24 * 60) return relative(language).format(-Math.round(minutes / 60), 'hour');
  return relative(language).format(-Math.round(minutes / (24 * 60)), 'day');
}

function relative(language: string): Intl.RelativeTimeFormat {
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
}

function daysAgo(ms: number, now: number): number {
  return Math.round((new Date(now).setHours(0, 0, 0, 0) - new Date(ms).setHours(0, 0, 0, 0)) / DAY_MS);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
