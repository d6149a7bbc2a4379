import { expect } from 'bun:test';

/** The messages of a .proto file, as `tools/proto-fields.mjs` writes them. */
export type ProtoTable = {
  readonly source: string;
  readonly methods: readonly string[];
  readonly messages: Readonly<Record<string, Readonly<Record<string, string>>>>;
};

/** A field's type, whether it is repeated, and whether JSON has it even when it is zero. */
type Field = { readonly type: string; readonly many: 'list' | 'map' | undefined; readonly always: boolean };

/** `MapReadState` becomes `map_read_state`. */
export function snakeOf(name: string): string {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
}

export function fieldsOf({ messages }: ProtoTable, message: string): ReadonlyMap<string, Field> {
  const fields = messages[message];
  if (fields === undefined) throw new Error(`no message ${message}`);
  return new Map(Object.entries(fields).map(([name, written]) => [name, fieldOf(written)]));
}

function fieldOf(written: string): Field {
  const [, repeated, map, plain = map ?? ''] = /^(repeated )?(?:map<string, (\w+)>|(\w+))/.exec(written) ?? [];
  return {
    type: plain,
    many: repeated !== undefined ? 'list' : map !== undefined ? 'map' : undefined,
    always: written.endsWith(', always'),
  };
}

/**
 * Compares a JSON value with a message: it has no unknown field, each has its type, and required ones are present.
 * `seen` collects the fields that were met, as `Message.field`.
 */
export function checkShape(table: ProtoTable, message: string, value: unknown, seen = new Set<string>()): void {
  const fields = fieldsOf(table, message);
  expect([message, isObject(value)]).toEqual([message, true]);
  for (const [name, each] of Object.entries(value as object)) {
    const field = fields.get(name);
    expect([`${message}.${name}`, field !== undefined]).toEqual([`${message}.${name}`, true]);
    seen.add(`${message}.${name}`);
    if (field !== undefined) checkField(table, `${message}.${name}`, { field, value: each, seen });
  }
  for (const [name, { always }] of fields) {
    if (always) expect(Object.keys(value as object), `${message}.${name} of ${table.source}`).toContain(name);
  }
}

type Met = { readonly field: Field; readonly value: unknown; readonly seen: Set<string> };

function checkField(table: ProtoTable, path: string, { field: { type, many }, value, seen }: Met): void {
  const each = many === 'list' ? (value as unknown[]) : many === 'map' ? Object.values(value as object) : [value];
  if (many === 'list') expect([path, Array.isArray(value)]).toEqual([path, true]);
  if (many === 'map') expect([path, isObject(value)]).toEqual([path, true]);
  for (const one of each) {
    if (table.messages[type] !== undefined) checkShape(table, type, one, seen);
    else expect([path, one, isOf(type, one)]).toEqual([path, one, true]);
  }
}

/** Bytes fields are JSON of the application, of any kind. */
export function isOf(type: string, value: unknown): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'bool':
      return typeof value === 'boolean';
    case 'bytes':
      return value !== undefined;
    case 'double':
      return typeof value === 'number';
    default:
      return Number.isSafeInteger(value) && (type.startsWith('int') || (value as number) >= 0);
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
