import { z } from 'zod';
import { ERRORS, type ErrorName } from '../contracts/errors.ts';
import type { Access, Operation } from '../contracts/operation.ts';
import type { Upload } from '../core/operations/feature.ts';
import { exampleOf, type JsonSchema } from './openapi-examples.ts';
import { VERSION } from './version.ts';

type Json = Readonly<Record<string, unknown>>;

const DESCRIPTION = `Every operation is \`POST /api/v1/<name>\`, with a JSON object in and one out. The same operations can
be called as RPC over a live connection (\`/connection/websocket\`), save those that set cookies. Sign in with
\`accounts.signIn\`: its answer sets the session's cookie.

An error has a number and a name, the same over every way, a message for a person, the dotted path of the wrong input
field where there is one, and \`retryAfter\` in seconds where waiting helps.`;

const ERROR_SCHEMA: Json = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: {
        code: { type: 'integer', enum: Object.values(ERRORS).map(({ code }) => code) },
        name: { type: 'string', enum: Object.keys(ERRORS) },
        message: { type: 'string' },
        field: { type: 'string', description: 'Dotted path of the wrong input field.' },
        retryAfter: { type: 'number', description: 'Seconds; also in Retry-After.' },
        requestId: { type: 'string', description: "Finds an internal error's record in the server's log." },
      },
      required: ['code', 'name', 'message'],
    },
  },
  required: ['error'],
};

const SESSION: Json = {
  type: 'apiKey',
  in: 'cookie',
  name: 'banyan',
  description: 'Set by `accounts.signIn` and `accounts.register`. Behind TLS it is called `__Host-banyan`.',
};

/** The OpenAPI 3.1 document of operations and uploads, generated from the schemas that validate them. */
export function createOpenApi(operations: readonly Operation[], uploads: readonly Upload[]): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Banyan',
      version: VERSION,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(operations.map(tagOf))].map((name) => ({ name })),
    paths: Object.fromEntries([
      ...operations.map((each) => [`/api/v1/${each.name}`, { post: describeOperation(each) }]),
      ...uploads.map((each) => [`/api/v1/${each.name}`, { post: describeUpload(each) }]),
    ]),
    components: {
      schemas: { Error: ERROR_SCHEMA },
      securitySchemes: { session: SESSION },
    },
  };
}

/** The feature of an operation. */
function tagOf({ name }: { readonly name: string }): string {
  return name.slice(0, name.indexOf('.'));
}

function describeOperation(operation: Operation): Json {
  const { name, summary, access, httpOnly = false, input, output } = operation;
  return {
    operationId: name,
    tags: [tagOf(operation)],
    summary,
    description: `${describeAccess(access)}${httpOnly ? ' Over HTTP only: it sets cookies.' : ''}`,
    security: access === 'anyone' ? [] : [{ session: [] }],
    requestBody: { required: true, content: describeContent(input) },
    responses: { 200: { description: 'Done.', content: describeContent(output) }, ...describeErrors(access) },
  };
}

function describeUpload(upload: Upload): Json {
  const { name, summary, query, takes, output } = upload;
  const file = { schema: { type: 'string', format: 'binary' } };
  return {
    operationId: name,
    tags: [tagOf(upload)],
    summary,
    description: `${describeAccess('user')} Over HTTP only: the body is the file itself.`,
    security: [{ session: [] }],
    parameters: Object.entries(query).map(([parameter, description]) => ({
      ...{ name: parameter, in: 'query', required: true, description, schema: { type: 'string' } },
    })),
    requestBody: { required: true, content: Object.fromEntries(takes.map((type) => [type, file])) },
    responses: { 200: { description: 'Done.', content: describeContent(output) }, ...describeErrors('user') },
  };
}

function describeAccess(access: Access): string {
  switch (access) {
    case 'anyone':
      return 'Without signing in.';
    case 'user':
      return 'For everyone who is signed in.';
    case 'owner':
      return 'For the owner.';
    default:
      return `For those who are at least ${access}.`;
  }
}

function describeContent(schema: z.ZodType): Json {
  const described = toJsonSchema(schema);
  return { 'application/json': { schema: described, example: exampleOf(described) } };
}

function toJsonSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...described } = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      // Limits that every integer has, and patterns JSON Schema does not support, are of no use to readers.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.pattern !== undefined && !isPattern(jsonSchema.pattern)) delete jsonSchema.pattern;
    },
  });
  return described as JsonSchema;
}

function isPattern(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u') !== undefined;
  } catch {
    return false;
  }
}

/** The errors of the edge itself; other errors are under `default`. */
function describeErrors(access: Access): Json {
  const common: readonly ErrorName[] = ['invalidInput', 'tooLarge', 'unsupportedEncoding', 'rateLimited', 'internal'];
  const names = access === 'anyone' ? common : ([...common, 'unauthorized', 'permissionDenied'] as const);
  const described = names.map((name) => [ERRORS[name].status, describeError(name)] as const);
  return { ...Object.fromEntries(described), default: describeError('notFound') };
}

function describeError(name: ErrorName): Json {
  const { code, message } = ERRORS[name];
  const example = { error: { code, name, message } };
  const description = name === 'notFound' ? 'Any other error.' : `${message[0]?.toUpperCase()}${message.slice(1)}.`;
  return { description, content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' }, example } } };
}
