import type { z } from 'zod';
import type { Access, Operation } from '../../contracts/operation.ts';
import { ROLES, type Role } from '../../contracts/roles.ts';
import { ruleText } from '../access/rules.ts';
import { ClientError } from '../errors.ts';
import type { BoundOperation, OperationContext } from './operation.ts';

/** All operations of the installation, behind the single check of access and input. */
export type Operations = {
  /**
   * Runs an operation for a caller, over any transport. An absent input counts as `{}`.
   *
   * Rejects with `ClientError`: `methodNotFound`; `notAvailable` for a name outside every feature, and for an HTTP-only
   * operation called otherwise; `unauthorized` for an anonymous caller; `permissionDenied` for a lower role;
   * `invalidInput` naming the first invalid field; and with the handler's errors.
   */
  call(name: string, context: OperationContext, input: unknown): Promise<unknown>;
  /** Whether calls with this name belong to a feature, even if there is no such operation. */
  takes(name: string): boolean;
  /** Every operation, by name. */
  readonly list: readonly Operation[];
};

/** An operation with precomputed checks. */
type Prepared = BoundOperation & {
  /** The highest index in `ROLES` that may call; undefined: anyone. */
  readonly lowestRole: number | undefined;
};

const RANK = Object.fromEntries(ROLES.map((role, index) => [role, index])) as Record<Role, number>;

/** Joins the features' operations. Throws `Error` if two have the same name: a programming error. */
export function createOperations(bound: readonly BoundOperation[]): Operations {
  const byName = new Map<string, Prepared>();
  for (const each of bound) {
    const { name, access } = each.operation;
    if (byName.has(name)) throw new Error(`two operations are called ${name}`);
    byName.set(name, { ...each, lowestRole: lowestRoleOf(access) });
  }
  const features = new Set([...byName.keys()].map(featureOf));
  return {
    // Nothing is awaited before the handler: calls of one connection reach it in order.
    call: async (name, context, input) => {
      const prepared = byName.get(name);
      if (prepared === undefined)
        throw new ClientError(features.has(featureOf(name)) ? 'methodNotFound' : 'notAvailable');
      checkCaller(prepared, context);
      return prepared.handle(context, checkedInput(prepared.operation, input));
    },
    takes: (name) => features.has(featureOf(name)),
    list: [...byName.values()].map(({ operation }) => operation).sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** `chat` of `chat.send`. */
function featureOf(name: string): string {
  return name.slice(0, Math.max(0, name.indexOf('.')));
}

function lowestRoleOf(access: Access): number | undefined {
  switch (access) {
    case 'anyone':
      return undefined;
    case 'user':
      return ROLES.length - 1;
    default:
      return RANK[access];
  }
}

function checkCaller({ operation, lowestRole }: Prepared, { principal, http }: OperationContext): void {
  if (operation.httpOnly === true && http === undefined) {
    throw new ClientError('notAvailable', { message: `${operation.name} can be called over HTTP only` });
  }
  if (lowestRole === undefined) return;
  if (principal.kind !== 'user') throw new ClientError('unauthorized');
  if (RANK[principal.role] > lowestRole) throw new ClientError('permissionDenied');
}

function checkedInput(operation: Operation, input: unknown): unknown {
  const parsed = parse(operation.input, input ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw issue === undefined ? new ClientError('invalidInput') : invalidInput(issue);
}

/** zod throws for some inputs (an object whose `length` cannot be compared): those are invalid too. */
function parse(schema: z.ZodType, input: unknown): z.ZodSafeParseResult<unknown> {
  try {
    return schema.safeParse(input, { error: ruleText });
  } catch (cause) {
    throw new ClientError('invalidInput', { cause });
  }
}

function invalidInput(issue: z.core.$ZodIssue): ClientError {
  const field = issue.path.map(String).join('.');
  const message = ruleOf(issue);
  return new ClientError('invalidInput', field === '' ? { message } : { field, message });
}

/** The violated rule; for a union, what each of its shapes lacks. */
function ruleOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue.message;
  return issue.errors.map(([first]) => (first === undefined ? issue.message : describe(first))).join('; or ');
}

function describe(issue: z.core.$ZodIssue): string {
  const field = issue.path.map(String).join('.');
  return field === '' ? ruleOf(issue) : `${field}: ${ruleOf(issue)}`;
}
