import { describe, expect, test } from 'bun:test';
import { accountsContract } from '../contracts/accounts/contract.ts';
import { chatContract } from '../contracts/chat/contract.ts';
import { consoleContract } from '../contracts/console/contract.ts';
import type { Operation } from '../contracts/operation.ts';
import { platformContract } from '../contracts/platform/contract.ts';
import { AVATAR_UPLOAD as ACCOUNTS_UPLOAD } from '../features/accounts/avatars.ts';
import { AVATAR_UPLOAD as CHAT_UPLOAD } from '../features/chat/group-avatar.ts';
import { createOpenApi } from './openapi.ts';

type Described = {
  readonly summary: string;
  readonly description: string;
  readonly security: readonly unknown[];
  readonly requestBody: { readonly content: { readonly 'application/json': Content } };
  readonly responses: Readonly<Record<string, { readonly content: { readonly 'application/json': Content } }>>;
};
type Content = { readonly schema: Readonly<Record<string, unknown>>; readonly example: unknown };

const contracts = [accountsContract, chatContract, consoleContract, platformContract];
const operations: readonly Operation[] = contracts.flatMap((contract) => Object.values(contract));
const uploads = [ACCOUNTS_UPLOAD, CHAT_UPLOAD];
const document = createOpenApi(operations, uploads);
const paths = document.paths as Readonly<Record<string, { readonly post: Described }>>;

function described(name: string): Described {
  const found = paths[`/api/v1/${name}`];
  if (found === undefined) throw new Error(`${name} is not described`);
  return found.post;
}

describe('the OpenAPI document', () => {
  test('describes every operation and upload', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(paths).sort()).toEqual([...operations, ...uploads].map(({ name }) => `/api/v1/${name}`).sort());
    const tags = ['accounts', 'chat', 'console', 'apiKeys', 'apps', 'deadLetters'];
    expect(document.tags).toEqual(tags.map((name) => ({ name })));
  });

  test.each(operations.map((operation) => [operation.name, operation] as const))(
    'has valid examples for %s and its response',
    (name, operation) => {
      const { requestBody, responses } = described(name);
      const output = responses['200']?.content['application/json'].example;
      expect(operation.input.safeParse(requestBody.content['application/json'].example)).toMatchObject({
        success: true,
      });
      expect(operation.output.safeParse(output)).toMatchObject({ success: true });
    },
  );

  test("says that an upload's body is the file, not JSON", () => {
    expect(described('chat.avatar')).toMatchObject({
      parameters: [{ name: 'room', in: 'query', required: true }],
      requestBody: { content: { 'image/png': { schema: { format: 'binary' } } } },
    });
  });

  test('says who may call, and why', () => {
    expect(described('accounts.signIn')).toMatchObject({
      security: [],
      description: expect.stringContaining('cookies'),
    });
    expect(described('chat.send').security).toEqual([{ session: [] }]);
    expect(described('accounts.createInvite').description).toBe('For those who are at least admin.');
  });

  test('describes the errors of the edge, and is self-contained', () => {
    expect(Object.keys(described('chat.send').responses)).toEqual([
      '200',
      '400',
      '401',
      '403',
      '413',
      '415',
      '429',
      '500',
      'default',
    ]);
    const text = JSON.stringify(document);
    expect(new Set(text.match(/"\$ref":"[^"]+"/g))).toEqual(new Set(['"$ref":"#/components/schemas/Error"']));
    expect(text).not.toContain('$schema');
    expect(text).not.toContain(String(Number.MAX_SAFE_INTEGER));
  });

  test('has no pattern that JSON Schema does not support', () => {
    for (const [, pattern] of JSON.stringify(document).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)) {
      expect(() => new RegExp(JSON.parse(pattern as string), 'u')).not.toThrow();
    }
  });
});
