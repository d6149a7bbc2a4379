const KIB = 1_024;
const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** 1234567.8 as "1,234,568". */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Milliseconds with significant digits. */
export function ms(value: number): string {
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : whole(value);
}

/** Bytes in the largest unit with an integer part. */
export function bytes(value: number): string {
  let [rest, unit] = [value, 0];
  for (; rest >= KIB && unit < UNITS.length - 1; unit += 1) rest /= KIB;
  return `${unit === 0 || rest >= 100 ? whole(rest) : rest.toFixed(1)} ${UNITS[unit]}`;
}
