import type { z } from 'zod';
import type { Access, Operation } from '../../contracts/operation.ts';
import { ROLES, type Role } from '../../contracts/roles.ts';
import { fieldOf, ruleOf, ruleText } from '../../contracts/rules.ts';
import { ClientError } from '../errors.ts';
import type { BoundOperation, OperationContext } from './operation.ts';

/** All operations of the installation, behind the one check of access and input. */
export type Operations = {
  /**
   * Runs an operation for a caller, whichever way the call came. An absent input stands for `{}`.
   *
   * Rejects with `ClientError`: `methodNotFound`; `notAvailable` for a name that is no feature's (nobody takes such
   * calls), and for an operation that exists over HTTP alone and
   * was not called over it; `unauthorized` for an anonymous caller; `permissionDenied` for one of too low a role;
   * `invalidInput` naming the first wrong field; and with whatever the handler throws.
   */
  call(name: string, context: OperationContext, input: unknown): Promise<unknown>;
  /** Whether calls of this name are a feature's, be there such an operation or not. */
  takes(name: string): boolean;
  /** Every operation, by name. */
  readonly list: readonly Operation[];
};

/** An operation with what can be decided before the first call. */
type Prepared = BoundOperation & {
  /** The highest index in `ROLES` that may call; undefined: anyone may. */
  readonly lowestRole: number | undefined;
};

const RANK = Object.fromEntries(ROLES.map((role, index) => [role, index])) as Record<Role, number>;

/** Joins the features' operations. Throws `Error` when two have the same name: the program is wrong. */
export function createOperations(bound: readonly BoundOperation[]): Operations {
  const byName = new Map<string, Prepared>();
  for (const each of bound) {
    const { name, access } = each.operation;
    if (byName.has(name)) throw new Error(`two operations are called ${name}`);
    byName.set(name, { ...each, lowestRole: lowestRoleOf(access) });
  }
  const features = new Set([...byName.keys()].map(featureOf));
  return {
    // Nothing is awaited before the handler: calls of one connection reach it in the order they came in.
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

/** zod throws for some inputs (an object whose `length` cannot be compared): what it cannot judge is wrong too. */
function parse(schema: z.ZodType, input: unknown): z.ZodSafeParseResult<unknown> {
  try {
    return schema.safeParse(input, { error: ruleText });
  } catch (cause) {
    throw new ClientError('invalidInput', { cause });
  }
}

function invalidInput(issue: z.core.$ZodIssue): ClientError {
  const field = fieldOf(issue);
  const message = ruleOf(issue);
  return new ClientError('invalidInput', field === '' ? { message } : { field, message });
}
