/** A JSON Schema, as used by our contracts. */
export type JsonSchema = {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly format?: string;
  readonly minimum?: number;
  readonly minLength?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
};

/** Example texts by field name, for fields where a generic text would be invalid or unclear. */
const TEXTS: Readonly<Record<string, string>> = {
  address: '192.0.2.7',
  avatar: 'Zk3vN8qTfJ2w',
  channel: 'demo:weather',
  client: '5b1f6c0e-8d1a-4d2f-9a43-0c7f0c1d2e3f',
  code: 'h7Kd2mPq9x',
  createdBy: 'u_9d2c7e',
  current: 'nine ivies climb',
  data: '{"temperature":21.5}',
  device: 'd_51be02',
  displayName: 'Ada Lovelace',
  emoji: '👍',
  epoch: 'm3x1-1',
  handle: 'ada',
  invitedBy: 'Ada Lovelace',
  key: 'k-7f3a2b9c',
  label: 'Chrome on Linux',
  lane: '4182 https://shop.example.org/webhook',
  login: 'ada',
  next: 'nine banyans stand',
  password: 'nine ivies climb',
  queue: 'webhook',
  reason: 'status 503',
  room: 'r_4kq8z1',
  sender: 'u_9d2c7e',
  text: 'The kettle is on.',
  title: 'Garden',
  url: 'https://shop.example.org/webhook',
  user: 'u_9d2c7e',
  users: 'u_9d2c7e',
};

/** An example value for the schema; optional fields are left out. */
export function exampleOf(schema: JsonSchema, name = ''): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum !== undefined) return schema.enum[0];
  const [choice] = schema.anyOf ?? schema.oneOf ?? [];
  if (choice !== undefined) return exampleOf(choice, name);
  switch (typeof schema.type === 'string' ? schema.type : schema.type?.[0]) {
    case 'object':
      return exampleOfObject(schema);
    case 'array':
      return schema.items === undefined ? [] : [exampleOf(schema.items, name)];
    case 'string':
      return exampleOfText(schema, name);
    case 'integer':
    case 'number':
      return exampleOfNumber(schema, name);
    case 'boolean':
      return true;
    default:
      return null;
  }
}

function exampleOfObject({ properties = {}, required = [] }: JsonSchema): Record<string, unknown> {
  return Object.fromEntries(required.map((name) => [name, exampleOf(properties[name] ?? {}, name)]));
}

function exampleOfText({ format, minLength = 0 }: JsonSchema, name: string): string {
  if (format === 'email' || name === 'email') return 'ada@example.org';
  return (TEXTS[name] ?? 'text').padEnd(minLength, '-');
}

function exampleOfNumber({ minimum = 0 }: JsonSchema, name: string): number {
  if (name.endsWith('At') || name === 'at') return 1_793_520_000_000;
  if (name.toLowerCase().endsWith('offset') || name === 'top') return 42;
  return Math.max(minimum, 1);
}
