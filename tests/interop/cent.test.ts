import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { z } from 'zod';
import recorded from './cent/exchanges.json';
import { startCentServer } from './cent/server.ts';

/**
 * `cent` is Python, which the machine running these tests may not have. So this file replays a recording of the real
 * package against a server (tests/interop/cent/record.ts makes it). Today's responses must fit `cent`'s own models and
 * have the recorded form.
 */
type Exchange = {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly commands?: readonly object[] };
  readonly status: number;
  readonly answer: unknown;
  readonly read: unknown;
};
const EXCHANGES = recorded.exchanges as unknown as readonly Exchange[];
const MODELS = new Map(
  Object.entries(recorded.models).map(([method, schema]) => [method, z.fromJSONSchema(schema as never)]),
);

let started: Awaited<ReturnType<typeof startCentServer>>;
/** Ids of this run, in the order of the recording: earlier exchanges affect later ones. */
const answers: { readonly status: number; readonly body: unknown }[] = [];

beforeAll(async () => {
  started = await startCentServer();
  for (const { method, headers, body } of EXCHANGES) {
    const key = headers['X-API-Key']?.replace('<key>', started.key) ?? '';
    const response = await fetch(`${started.server.url}/api/${method}`, {
      method: 'POST',
      headers: { ...headers, 'X-API-Key': key },
      body: JSON.stringify(body),
    });
    answers.push({ status: response.status, body: await response.json() });
  }
});
afterAll(() => started.stop());

describe(`${recorded.package}, as it was recorded`, () => {
  test.each(EXCHANGES.map(({ method }, index) => [index, method] as const))('SA2 %i: %s', (index) => {
    const { method, status, answer, body: sent } = EXCHANGES[index] as Exchange;
    const { status: now, body } = answers[index] as (typeof answers)[number];
    expect(now).toBe(status);
    // `parse_response` in cent/dto.py: of a batch it takes `replies`, and of each reply the value under the method.
    if (method === 'batch') {
      const { replies } = body as { readonly replies: readonly Readonly<Record<string, unknown>>[] };
      for (const [at, command] of (sent.commands ?? []).entries()) {
        const [name = ''] = Object.keys(command);
        expect(MODELS.get(name)?.safeParse({ result: replies[at]?.[name] }).error).toBeUndefined();
        expect(replies[at]).toHaveProperty(name);
      }
    } else expect(MODELS.get(method)?.safeParse(body).error).toBeUndefined();
    expect(formOf(body)).toEqual(formOf(answer));
  });

  test('SA2 cent could parse every response except refusals', () => {
    const raised = EXCHANGES.flatMap(({ method, read }) => {
      const { raised: name, code } = read as { readonly raised?: string; readonly code?: number };
      return name === undefined ? [] : [[method, name, code]];
    });
    expect(raised).toEqual([
      ['publish', 'CentApiResponseError', 102],
      ['device_list', 'CentTransportError', undefined],
      ['info', 'CentUnauthorizedError', undefined],
    ]);
  });
});

/** A value without what differs between runs: texts, and members keyed by ids. */
function formOf(value: unknown): unknown {
  if (typeof value === 'string') return 'text';
  if (Array.isArray(value)) return value.map(formOf);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, each]) => [
    /^[0-9a-f]{8}-/.test(name) ? 'id' : name,
    name === 'uptime' ? 0 : formOf(each),
  ]);
  return Object.fromEntries(members);
}
