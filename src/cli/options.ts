import { nearest } from '../app/nearest.ts';
import { StartError } from '../app/start-error.ts';

/** An option of a command, `--name VALUE` or `--name`. */
export type Option<T> = {
  /** The placeholder of its value in the help; undefined if it has none. */
  readonly takes?: string;
  /** The rule for its value, following "must be". */
  readonly rule: string;
  readonly doc: string;
  readonly default: T;
  /** Parses a value; undefined if it violates the rule. */
  readonly parse: (text: string) => T | undefined;
};

/** Options by flag. */
export type OptionTable = Readonly<Record<`--${string}`, Option<unknown>>>;
export type OptionValues<T extends OptionTable> = { readonly [K in keyof T]: T[K] extends Option<infer V> ? V : never };

export type ReadOptions<T extends OptionTable> = {
  readonly values: OptionValues<T>;
  /** The given flags. */
  readonly given: ReadonlySet<string>;
  /** Positional arguments, in order. */
  readonly operands: readonly string[];
};

/** Parses `--rate 50`, `--rate=50` and `--json`. Throws `StartError` that names the flag and its rule. */
export function readOptions<T extends OptionTable>(table: T, args: readonly string[]): ReadOptions<T> {
  const found = new Map<string, unknown>();
  const operands: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] as string;
    if (!arg.startsWith('-')) {
      operands.push(arg);
      continue;
    }
    const [flag, joined] = splitFlag(arg);
    const option = optionOf(table, flag);
    const text = joined ?? (option.takes === undefined ? 'true' : args[++index]);
    if (text === undefined) throw new StartError(`${flag} needs a value: ${option.rule}`);
    found.set(flag, checked(flag, option, text));
  }
  const entries = Object.entries(table).map(([flag, option]) => [
    flag,
    found.has(flag) ? found.get(flag) : option.default,
  ]);
  return { values: Object.fromEntries(entries) as OptionValues<T>, given: new Set(found.keys()), operands };
}

/** Splits `--rate=50` into its flag and its value. */
export function splitFlag(arg: string): readonly [flag: string, value: string | undefined] {
  const equals = arg.indexOf('=');
  return equals < 0 ? [arg, undefined] : [arg.slice(0, equals), arg.slice(equals + 1)];
}

function optionOf(table: OptionTable, flag: string): Option<unknown> {
  const option = Object.hasOwn(table, flag) ? table[flag as `--${string}`] : undefined;
  if (option !== undefined) return option;
  throw new StartError(`unknown flag ${flag}; did you mean ${nearest(flag, Object.keys(table))}?`);
}

function checked(flag: string, option: Option<unknown>, text: string): unknown {
  const value = option.parse(text);
  if (value === undefined) throw new StartError(`${flag} must be ${option.rule}, not ${JSON.stringify(text)}`);
  return value;
}

/** The options for the help, two columns of 80 in total. */
export function optionsHelp(table: OptionTable): string {
  const rows = Object.entries(table).map(
    ([flag, option]) => [[flag, option.takes].join(' ').trim(), docOf(option)] as const,
  );
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows
    .map(([left, doc]) => `  ${left.padEnd(width)}  ${wrap(doc, 76 - width).join(`\n${' '.repeat(width + 4)}`)}`)
    .join('\n');
}

function docOf({ doc, default: value }: Option<unknown>): string {
  const isTold = (typeof value === 'string' && value !== '') || (typeof value === 'number' && value > 0);
  return isTold ? `${doc} (${value})` : doc;
}

/** Wraps words to lines of at most `width` characters. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

export function toggle(doc: string): Option<boolean> {
  const parse = (text: string) => (text === 'true' ? true : text === 'false' ? false : undefined);
  return { rule: 'true or false', doc, default: false, parse };
}

export function text(takes: string, doc: string, value = ''): Option<string> {
  return { takes, rule: 'a text', doc, default: value, parse: (given) => (given === '' ? undefined : given) };
}

export function choice<const T extends string>(of: readonly T[], doc: string, value: T): Option<T> {
  const parse = (given: string) => of.find((each) => each === given);
  return { takes: 'NAME', rule: `one of ${of.join(', ')}`, doc, default: value, parse };
}

type Range = { readonly min: number; readonly max: number; readonly default: number };

export function whole({ min, max, default: value }: Range, doc: string): Option<number> {
  const rule = `a whole number from ${min} to ${max}`;
  const parse = (given: string) => inRange(/^\d{1,15}$/.test(given) ? Number(given) : Number.NaN, { min, max });
  return { takes: 'N', rule, doc, default: value, parse };
}

export function decimal({ min, max, default: value }: Range, doc: string): Option<number> {
  const rule = `a number from ${min} to ${max}`;
  const parse = (given: string) =>
    inRange(/^\d{1,15}(\.\d{1,9})?$/.test(given) ? Number(given) : Number.NaN, { min, max });
  return { takes: 'N', rule, doc, default: value, parse };
}

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3_600 };

/** A time, in seconds: `10`, `10s`, `500ms`, `2m`, `1h`. */
export function seconds({ min, max, default: value }: Range, doc: string): Option<number> {
  const parse = (given: string) => {
    const [, digits, unit = 's'] = /^(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h)?$/.exec(given) ?? [];
    return inRange(Number(digits ?? Number.NaN) * (UNITS[unit] as number), { min, max });
  };
  return { takes: 'TIME', rule: `a time from ${min} s to ${max} s, as 10s, 500ms or 2m`, doc, default: value, parse };
}

function inRange(value: number, { min, max }: Pick<Range, 'min' | 'max'>): number | undefined {
  return value >= min && value <= max ? value : undefined;
}
