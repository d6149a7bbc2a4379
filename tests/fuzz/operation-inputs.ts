import type { App } from '../../src/app/compose.ts';
import { createOpenApi } from '../../src/app/openapi.ts';
import type { JsonSchema as Described } from '../../src/app/openapi-examples.ts';

/** A JSON Schema as our contracts make it. */
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

/** What every operation of the program takes, by its name, as its public description says. */
export function inputSchemas({ operations }: App): ReadonlyMap<string, JsonSchema> {
  return new Map([...contents(operations.list)].map(([name, { schema }]) => [name, schema]));
}

/** An input that every operation would take, by its name. */
export function inputExamples({ operations }: App): ReadonlyMap<string, unknown> {
  return new Map([...contents(operations.list)].map(([name, { example }]) => [name, example]));
}

function contents(list: App['operations']['list']): ReadonlyMap<string, Content> {
  const { paths } = createOpenApi(list, []) as Document;
  return new Map(
    list.map(({ name }) => [name, paths[`/api/v1/${name}`]?.post.requestBody.content['application/json'] as Content]),
  );
}
