/** 1234567.8 → "1,234,568". */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Microseconds as milliseconds. */
export function ms(micros: number): string {
  const value = micros / 1000;
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : count(value);
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** The ratio of `other` to `ours`. */
export function ratio(ours: number | null, other: number): string {
  if (ours === null || other <= 0) return '–';
  const value = ours / other;
  return `${value < 10 ? value.toFixed(2) : value.toFixed(1)} ×`;
}

/** "low–high" of several rounds, or a dash for one. */
export function spread(values: readonly number[]): string {
  return values.length < 2 ? '–' : `${count(Math.min(...values))}–${count(Math.max(...values))}`;
}

export function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KB`;
}

export function mib(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(0)} MB`;
}
