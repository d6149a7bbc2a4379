import type { z } from 'zod';
import type { Role } from './roles.ts';

/** Who may call: anyone, any signed-in person, or people with at least this role. The handler checks finer rules. */
export type Access = 'anyone' | 'user' | Role;

type Schema = z.ZodType;

/**
 * An operation for people or programs. Defined once; available as RPC on a live connection, as `POST /api/v1/<name>`,
 * in OpenAPI at `/api/docs`, and in the typed client.
 */
export type Operation<In extends Schema = Schema, Out extends Schema = Schema> = {
  /** `feature.verb`, e.g. `chat.send`. */
  readonly name: string;
  /** One line for the docs. */
  readonly summary: string;
  readonly access: Access;
  /** True if the operation sets cookies and is therefore available over HTTP only. */
  readonly httpOnly?: boolean;
  readonly input: In;
  readonly output: Out;
};

/** Operations by name: the shape shared by server and client. */
export type Contract = Readonly<Record<string, Operation>>;

export type Input<O extends Operation> = z.output<O['input']>;
export type Output<O extends Operation> = z.input<O['output']>;

/** Keeps the literal types of an operation's parts. */
export function defineOperation<
  const Name extends string,
  In extends Schema,
  Out extends Schema,
  const A extends Access,
>(operation: {
  readonly name: Name;
  readonly summary: string;
  readonly access: A;
  readonly httpOnly?: boolean;
  readonly input: In;
  readonly output: Out;
}) {
  return operation;
}
