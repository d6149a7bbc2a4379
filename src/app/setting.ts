import { z } from 'zod';

/** One row of the settings table. */
export type Setting<T = unknown> = {
  /** Environment name. The flag is the key in kebab case. */
  readonly env: string;
  readonly default: T;
  /** A description in a line or two of Markdown. */
  readonly doc: string;
  /** True if the value must not be shown. */
  readonly secret: boolean;
  /** The rule for the value, as the end of the sentence "must be …". */
  readonly rule: string;
  /** Validates a JSON value. */
  readonly schema: z.ZodType<T>;
  /** Parses the text of a flag or an environment variable to a JSON value; undefined if it is invalid. */
  readonly fromText: (text: string) => unknown;
};

/** What each row sets itself. */
type Row<T> = { readonly env: string; readonly default: T; readonly doc: string; readonly secret?: boolean };

const asIs = (text: string): string => text;

/** An integer within limits, both included. */
export function integer(row: Row<number> & { readonly min: number; readonly max: number }): Setting<number> {
  const { min, max, ...rest } = row;
  return {
    secret: false,
    ...rest,
    rule: `a whole number from ${min} to ${max}`,
    schema: z.number().int().min(min).max(max),
    fromText: (text) => (/^-?\d+$/.test(text) ? Number(text) : undefined),
  };
}

/** A boolean. */
export function toggle(row: Row<boolean>): Setting<boolean> {
  return {
    secret: false,
    ...row,
    rule: 'true or false',
    schema: z.boolean(),
    fromText: (text) => ({ true: true, '1': true, false: false, '0': false })[text],
  };
}

/** One of several words. */
export function choice<const T extends string>(row: Row<NoInfer<T>> & { readonly of: readonly T[] }): Setting<T> {
  const { of, ...rest } = row;
  return { secret: false, ...rest, rule: `one of ${of.join(', ')}`, schema: z.enum(of), fromText: asIs };
}

/** Text that satisfies `is`. */
export function text(
  row: Row<string> & { readonly rule: string; readonly is: (value: string) => boolean },
): Setting<string> {
  const { is, ...rest } = row;
  return { secret: false, ...rest, schema: z.string().refine(is), fromText: asIs };
}

/** A list of texts that satisfy `is`; separated by commas in a flag or the environment. */
export function list(
  row: Row<readonly string[]> & { readonly rule: string; readonly is: (value: string) => boolean },
): Setting<readonly string[]> {
  const { is, ...rest } = row;
  return {
    secret: false,
    ...rest,
    schema: z.array(z.string().refine(is)),
    fromText: (value) => value.split(',').map((part) => part.trim()),
  };
}

/** A JSON value; the schema's messages say what is wrong inside it. */
export function json<T>(row: Row<T> & { readonly rule: string; readonly schema: z.ZodType<T> }): Setting<T> {
  return { secret: false, ...row, fromText: parseJson };
}

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** A shorter secret can be guessed; with `clientInsecure` it protects nothing. */
export const SECRET_LENGTH = 32;

/** Whether a text has no line break. */
export function isLine(value: string): boolean {
  return !/[\r\n]/.test(value);
}
