import type { App } from '../../src/app/compose.ts';
import { createOpenApi } from '../../src/app/openapi.ts';
import { type JsonSchema as Described, exampleOf } from '../../src/app/openapi-examples.ts';
import type { Random } from '../simulation/random.ts';
import { oddJson, strangeText, strangeValue, word } from './garble.ts';
import type { Facts, Learned } from './learned.ts';

/** A JSON Schema as our contracts generate it. */
export type JsonSchema = Described & {
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
};

type Content = { readonly schema: JsonSchema; readonly example: unknown };
type Document = {
  readonly paths: Readonly<
    Record<string, { readonly post: { readonly requestBody: { readonly content: Readonly<Record<string, Content>> } } }>
  >;
};

/** The input schemas of all operations by name, from the public description. */
export function inputSchemas({ operations }: App): ReadonlyMap<string, JsonSchema> {
  return new Map([...contents(operations.list)].map(([name, { schema }]) => [name, schema]));
}

/** An input that every operation accepts, by name. */
export function inputExamples({ operations }: App): ReadonlyMap<string, unknown> {
  return new Map([...contents(operations.list)].map(([name, { example }]) => [name, example]));
}

function contents(list: App['operations']['list']): ReadonlyMap<string, Content> {
  const { paths } = createOpenApi(list, []) as Document;
  return new Map(
    list.map(({ name }) => [name, paths[`/api/v1/${name}`]?.post.requestBody.content['application/json'] as Content]),
  );
}

/** Where an input's values come from. */
export type Source = {
  readonly random: Random;
  /** Values the input should use. */
  readonly facts: Facts;
  readonly learned: Learned;
};

/** An input for the schema: valid, almost valid, or unrelated. It is a value that `JSON.parse` can return. */
export function makeInput(source: Source, schema: JsonSchema): unknown {
  const { random } = source;
  if (random.chance(0.1)) return parsed(random, strangeValue(random));
  const right = rightValue(source, schema, '');
  return parsed(random, random.chance(0.5) ? right : harmed(random, right));
}

function parsed(random: Random, value: unknown): unknown {
  return JSON.parse(oddJson(random, value));
}

function rightValue(source: Source, schema: JsonSchema, name: string): unknown {
  const { random } = source;
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return rightValue(source, random.pick(choices), name);
  if (schema.enum !== undefined) return random.pick(schema.enum);
  switch (schema.type) {
    case 'object':
      return rightObject(source, schema);
    case 'array':
      return rightArray(source, schema, name);
    case 'string':
      return rightText(source, schema, name);
    case 'integer':
    case 'number':
      return rightNumber(source, schema, name);
    case 'boolean':
      return random.chance(0.5);
    default:
      return exampleOf(schema, name);
  }
}

function rightObject(source: Source, { properties = {}, required = [] }: JsonSchema): Record<string, unknown> {
  const named = Object.entries(properties).filter(([name]) => required.includes(name) || source.random.chance(0.3));
  return Object.fromEntries(named.map(([name, schema]) => [name, rightValue(source, schema, name)]));
}

/** Each uses different values, so that there are people to add to a room. */
function rightArray({ random, learned }: Source, { items = {}, minItems = 0 }: JsonSchema, name: string): unknown[] {
  const each = name.replace(/s$/, '');
  return Array.from({ length: minItems + random.between(0, 2) }, () => {
    const facts = learned.pick(random, 'accounts.', [each])?.facts ?? {};
    return rightValue({ random, learned, facts }, items, each);
  });
}

/** Mostly an existing value; otherwise the schema's example, a word, or a text of minimum or maximum length. */
function rightText({ random, facts }: Source, schema: JsonSchema, name: string): string {
  const known = facts[name] ?? (random.chance(0.5) ? facts.id : random.pick([...Object.values(facts), '']));
  if (typeof known === 'string' && known !== '' && random.chance(0.8)) return known;
  const { minLength = 0, maxLength = 40, format } = schema;
  if (format === 'email') return `${word(random)}@example.org`;
  if (random.chance(0.4)) return word(random).padEnd(minLength, 'x');
  if (random.chance(0.1)) return 'x'.repeat(random.pick([minLength, maxLength]));
  return String(exampleOf(schema, name));
}

function rightNumber({ random, facts }: Source, { minimum = 0, maximum = 50 }: JsonSchema, name: string): number {
  const known = facts[name] ?? facts.offset;
  if (typeof known === 'number' && random.chance(0.7)) return known;
  return random.chance(0.1) ? random.pick([minimum, maximum]) : minimum + random.between(0, 20);
}

/** Makes one field invalid. */
function harmed(random: Random, value: unknown): unknown {
  const fields = new Map(Object.entries(value as object));
  const name = random.pick([...fields.keys(), word(random)]);
  const field = fields.get(name);
  switch (random.between(0, 5)) {
    case 0:
      return fields.set(name, strangeValue(random));
    case 1:
      fields.delete(name);
      return fields;
    case 2:
      return fields.set(name, [field]);
    case 3:
      return fields.set(name, `${String(field)}${strangeText(random)}`);
    case 4:
      return fields.set(name, Array.isArray(field) ? Array(1_000).fill(field[0] ?? 'x') : -Number(field));
    default:
      return fields.set(strangeText(random), strangeValue(random));
  }
}
