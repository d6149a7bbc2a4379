import { describe, expect, test } from 'bun:test';
import { z } from 'zod';
import { type Access, defineOperation } from '../../contracts/operation.ts';
import { ROLES, type Role } from '../../contracts/roles.ts';
import { ANONYMOUS, type Principal } from '../access/principal.ts';
import { ClientError } from '../errors.ts';
import type { BoundOperation, OperationContext } from './operation.ts';
import { createOperations } from './operations.ts';

const asRole = (role: Role): Principal => ({ kind: 'user', user: 'u1', role, device: 'd1' });
const context = (principal: Principal): OperationContext => ({ principal, address: '192.0.2.1' });
const overHttp = (principal: Principal): OperationContext => ({
  ...context(principal),
  http: { headers: new Headers(), url: 'http://localhost/', responseHeaders: new Headers() },
});

function bound(name: string, access: Access, more: { input?: z.ZodType; httpOnly?: boolean } = {}): BoundOperation {
  const { input = z.object({}), httpOnly = false } = more;
  return {
    operation: defineOperation({ name, summary: 'Returns its input.', access, httpOnly, input, output: z.unknown() }),
    handle: async (_context, checked) => checked,
  };
}

async function refusal(call: Promise<unknown>): Promise<{ kind: string; field: string | undefined; message: string }> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ClientError)) throw new Error(`expected a ClientError, got ${error}`);
  return { kind: error.kind, field: error.field, message: error.message };
}

describe('access', () => {
  const callers: readonly Principal[] = [...ROLES.map(asRole), ANONYMOUS];
  const table: readonly [Access, readonly string[]][] = [
    ['anyone', ['ok', 'ok', 'ok', 'ok', 'ok']],
    ['user', ['ok', 'ok', 'ok', 'ok', 'unauthorized']],
    ['guest', ['ok', 'ok', 'ok', 'ok', 'unauthorized']],
    ['member', ['ok', 'ok', 'ok', 'permissionDenied', 'unauthorized']],
    ['admin', ['ok', 'ok', 'permissionDenied', 'permissionDenied', 'unauthorized']],
    ['owner', ['ok', 'permissionDenied', 'permissionDenied', 'permissionDenied', 'unauthorized']],
  ];
  test.each([...table])('%s: owner, admin, member, guest, anonymous', async (access, expected) => {
    const operations = createOperations([bound('a.b', access)]);
    const outcomes = callers.map((caller) =>
      operations.call('a.b', context(caller), {}).then(
        () => 'ok',
        (error: ClientError) => error.kind,
      ),
    );
    expect(await Promise.all(outcomes)).toEqual([...expected]);
  });

  test('is checked before the input, so that others learn nothing about it', async () => {
    const operations = createOperations([bound('a.b', 'user', { input: z.object({ secret: z.string() }) })]);
    expect(await refusal(operations.call('a.b', context(ANONYMOUS), {}))).toMatchObject({ kind: 'unauthorized' });
  });
});

describe('the operation', () => {
  test('with an unknown name: methodNotFound', async () => {
    const operations = createOperations([bound('chat.send', 'anyone')]);
    expect(await refusal(operations.call('chat.sing', context(ANONYMOUS), {}))).toMatchObject({
      kind: 'methodNotFound',
    });
  });

  test('outside every feature: notAvailable, also for inherited object names', async () => {
    const operations = createOperations([bound('chat.send', 'anyone')]);
    for (const name of ['', 'rpc', 'no.such', '__proto__', 'constructor', 'toString']) {
      expect(await refusal(operations.call(name, context(ANONYMOUS), {}))).toMatchObject({ kind: 'notAvailable' });
    }
  });

  test('for HTTP only: notAvailable over a live connection', async () => {
    const operations = createOperations([bound('a.b', 'anyone', { httpOnly: true })]);
    expect(await refusal(operations.call('a.b', context(ANONYMOUS), {}))).toMatchObject({ kind: 'notAvailable' });
    expect(await operations.call('a.b', overHttp(ANONYMOUS), {})).toEqual({});
  });

  test('with a duplicate name: refused at construction', () => {
    expect(() => createOperations([bound('a.b', 'user'), bound('a.b', 'anyone')])).toThrow('two operations');
  });

  test('is called before the turn ends, so calls keep their order', () => {
    const seen: unknown[] = [];
    const recorder: BoundOperation = {
      ...bound('a.b', 'anyone', { input: z.object({ n: z.number() }) }),
      handle: async (_context, input) => seen.push(input),
    };
    const operations = createOperations([recorder]);
    void operations.call('a.b', context(ANONYMOUS), { n: 1 });
    void operations.call('a.b', context(ANONYMOUS), { n: 2 });
    expect(seen).toEqual([{ n: 1 }, { n: 2 }]);
  });

  test('that throws synchronously rejects all the same', async () => {
    const failing: BoundOperation = {
      ...bound('a.b', 'anyone'),
      handle: () => {
        throw new ClientError('gone');
      },
    };
    expect(await refusal(createOperations([failing]).call('a.b', context(ANONYMOUS), {}))).toMatchObject({
      kind: 'gone',
    });
  });

  test('is listed by name', () => {
    const operations = createOperations([bound('b.a', 'user'), bound('a.c', 'user'), bound('a.b', 'anyone')]);
    expect(operations.list.map(({ name }) => name)).toEqual(['a.b', 'a.c', 'b.a']);
  });
});

describe('input', () => {
  test('that makes the schema itself throw is refused', async () => {
    const stumbling = createOperations([bound('a.b', 'anyone', { input: z.object({ text: z.string().max(9) }) })]);
    // This length cannot be converted to a number for comparison.
    const uncomparable = { text: { length: { valueOf: 1, toString: 1 } } };
    const error = await refusal(stumbling.call('a.b', context(ANONYMOUS), uncomparable));
    expect(error).toMatchObject({ kind: 'invalidInput' });
  });

  const input = z.object({
    room: z.string().min(1, 'must not be empty'),
    limit: z.number().default(50),
    people: z.array(z.object({ id: z.string('must be a text') })).default([]),
  });
  const operations = createOperations([bound('a.b', 'anyone', { input })]);
  const call = (value: unknown) => operations.call('a.b', context(ANONYMOUS), value);

  test('reaches the handler with defaults filled in and unknown fields removed', async () => {
    expect(await call({ room: 'r', isAdmin: true })).toEqual({ room: 'r', limit: 50, people: [] });
  });

  test('names the first invalid field by its dotted path, and the rule', async () => {
    expect(await refusal(call({ room: '' }))).toEqual({
      kind: 'invalidInput',
      field: 'room',
      message: 'must not be empty',
    });
    expect(await refusal(call({ room: 'r', people: [{ id: 'a' }, { id: 5 }] }))).toEqual({
      kind: 'invalidInput',
      field: 'people.1.id',
      message: 'must be a text',
    });
  });

  test('that is not an object names no field', async () => {
    for (const value of ['text', 5, [], true]) {
      expect(await refusal(call(value))).toMatchObject({ kind: 'invalidInput', field: undefined });
    }
  });

  test('that is absent counts as an empty object', async () => {
    const plain = createOperations([bound('a.b', 'anyone')]);
    expect(await plain.call('a.b', context(ANONYMOUS), undefined)).toEqual({});
    expect(await plain.call('a.b', context(ANONYMOUS), null)).toEqual({});
  });

  test('of a union lists what each shape lacks', async () => {
    const either = z.union([
      z.object({ user: z.string('must be given') }),
      z.object({ handle: z.string('must be a text') }),
    ]);
    const choice = createOperations([bound('a.b', 'anyone', { input: either })]);
    expect(await refusal(choice.call('a.b', context(ANONYMOUS), { handle: 5 }))).toEqual({
      kind: 'invalidInput',
      field: undefined,
      message: 'user: must be given; or handle: must be a text',
    });
  });
});
