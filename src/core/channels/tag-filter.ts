import { ClientError } from '../errors.ts';

/**
 * A client's filter on publications' tags, as in the Centrifuge protocol: a comparison (`key`, `cmp` and `val` or
 * `vals`), or an operator over others (`op` and `nodes`). Absent fields are empty.
 * https://github.com/centrifugal/protocol (definitions/client.proto, FilterNode)
 */
export type FilterNode = {
  readonly op: string;
  readonly key: string;
  readonly cmp: string;
  readonly val: string;
  readonly vals: readonly string[];
  readonly nodes: readonly FilterNode[];
};

type Tags = Readonly<Record<string, string>>;
type Matches = (tags: Tags) => boolean;

/** A validated filter. Filters with the same `id` are interchangeable. */
export type TagFilter = { readonly id: string; readonly matches: (tags: Tags | undefined) => boolean };

/** Decoders stop here, too, which bounds their recursion. */
export const FILTER_DEPTH = 8;
const MAX_NODES = 64;
/** UTF-16 units of the filter as text: bounds the cost of evaluating it. */
const LONGEST = 4_096;

/** Throws `ClientError` `badRequest` for an invalid or too large filter. */
export function createTagFilter(node: FilterNode): TagFilter {
  if (sizeOf(node, 1) > MAX_NODES) throw wrong('the filter is too large');
  const id = JSON.stringify(plain(node));
  if (id.length > LONGEST) throw wrong('the filter is too large');
  const matches = compile(node);
  return { id, matches: (tags) => matches(tags ?? {}) };
}

/** Without empty fields, so that equal filters have equal texts. */
function plain({ op, key, cmp, val, vals, nodes }: FilterNode): unknown {
  return op === '' ? [key, cmp, val, [...new Set(vals)].sort()] : [op, nodes.map(plain)];
}

function sizeOf({ nodes }: FilterNode, depth: number): number {
  if (depth > FILTER_DEPTH) throw wrong(`the filter is nested deeper than ${FILTER_DEPTH}`);
  return nodes.reduce((size, node) => size + sizeOf(node, depth + 1), 1);
}

function compile(node: FilterNode): Matches {
  switch (node.op) {
    case '':
      return compare(node);
    case 'and': {
      const all = inside(node);
      return (tags) => all.every((matches) => matches(tags));
    }
    case 'or': {
      const any = inside(node);
      return (tags) => any.some((matches) => matches(tags));
    }
    case 'not': {
      const [negated, ...more] = inside(node);
      if (negated === undefined || more.length > 0) throw wrong('"not" takes one node');
      return (tags) => !negated(tags);
    }
    default:
      throw wrong('op must be "and", "or" or "not"');
  }
}

function inside({ op, nodes }: FilterNode): readonly Matches[] {
  if (nodes.length === 0) throw wrong(`"${op}" needs nodes`);
  return nodes.map(compile);
}

/** A missing tag is unequal to everything, and matches no other comparison. */
function compare({ key, cmp, val, vals }: FilterNode): Matches {
  if (key === '') throw wrong('a comparison needs a key');
  const tagOf = (tags: Tags): string | undefined => (Object.hasOwn(tags, key) ? tags[key] : undefined);
  const when = (holds: (tag: string) => boolean, absent = false): Matches => {
    return (tags) => {
      const tag = tagOf(tags);
      return tag === undefined ? absent : holds(tag);
    };
  };
  const among = new Set(vals);
  switch (cmp) {
    case 'eq':
      return when((tag) => tag === val);
    case 'neq':
      return when((tag) => tag !== val, true);
    case 'in':
      return when((tag) => among.has(tag));
    case 'nin':
      return when((tag) => !among.has(tag), true);
    case 'ex':
      return when(() => true);
    case 'nex':
      return when(() => false, true);
    case 'sw':
      return when((tag) => tag.startsWith(val));
    case 'ew':
      return when((tag) => tag.endsWith(val));
    case 'ct':
      return when((tag) => tag.includes(val));
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return when(decimalTest(cmp, val));
    default:
      throw wrong('cmp is unknown');
  }
}

function decimalTest(cmp: 'gt' | 'gte' | 'lt' | 'lte', val: string): (tag: string) => boolean {
  const bound = decimalOf(val);
  if (bound === undefined) throw wrong(`"${cmp}" needs a decimal number`);
  const holds = {
    gt: (c: number) => c > 0,
    gte: (c: number) => c >= 0,
    lt: (c: number) => c < 0,
    lte: (c: number) => c <= 0,
  };
  return (tag) => {
    const decimal = decimalOf(tag);
    return decimal !== undefined && holds[cmp](order(decimal, bound));
  };
}

/** Exact: `digits` / 10^`places`. */
type Decimal = { readonly digits: bigint; readonly places: number };

/** Longer texts do not count as numbers: exact arithmetic with them would be slow. */
const LONGEST_DECIMAL = 64;

function decimalOf(text: string): Decimal | undefined {
  if (text.length > LONGEST_DECIMAL) return undefined;
  const [, sign = '', whole = '', part = ''] = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === '') return undefined;
  return { digits: BigInt(`${sign === '-' ? '-' : ''}${whole}${part}`), places: part.length };
}

/** Negative, 0 or positive, as the first is less than, equal to or greater than the second. */
function order(one: Decimal, other: Decimal): number {
  const places = Math.max(one.places, other.places);
  const scaled = ({ digits, places: own }: Decimal) => digits * 10n ** BigInt(places - own);
  const difference = scaled(one) - scaled(other);
  return difference === 0n ? 0 : difference > 0n ? 1 : -1;
}

function wrong(message: string): ClientError {
  return new ClientError('badRequest', { field: 'tf', message });
}
