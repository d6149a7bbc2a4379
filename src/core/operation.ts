import type { z } from 'zod';
import type { Span } from '../ports/traces.ts';
import type { Principal, Role, UserPrincipal } from './principal.ts';

/** What an operation's handler knows about the call. */
export type OperationContext = {
  readonly principal: Principal;
  /** The caller's address, for rate limits and device lists. */
  readonly address: string;
  /** The live connection the call came over, if it did. */
  readonly client?: string;
  /** What the call runs under, where it is traced: publications and log records that follow from it belong to it. */
  readonly span?: Span;
  /** Only for calls over HTTP; what the handler puts into `responseHeaders` goes out with the answer. */
  readonly http?: { readonly headers: Headers; readonly url: string; readonly responseHeaders: Headers };
};

/** The context of an operation that only signed-in people reach. */
export type UserContext = OperationContext & { readonly principal: UserPrincipal };

/** Who may call: anyone, any signed-in person, or one of at least this role. Finer rules are the handler's. */
export type Access = 'anyone' | 'user' | Role;

type Schema = z.ZodType;

/**
 * One thing that people or programs can ask for. Defined once; reachable as RPC on a live connection, as
 * `POST /api/v1/<name>`, in OpenAPI at `/api/docs`, and through the typed client.
 */
export type Operation<In extends Schema = Schema, Out extends Schema = Schema> = {
  /** `feature.verb`, e.g. `chat.send`. */
  readonly name: string;
  /** One line for the docs. */
  readonly summary: string;
  readonly access: Access;
  /** True when the operation sets cookies and so exists over HTTP alone. */
  readonly httpOnly?: boolean;
  readonly input: In;
  readonly output: Out;
};

/** Operations by name: the shape shared by server and client. */
export type Contract = Readonly<Record<string, Operation>>;

export type Input<O extends Operation> = z.output<O['input']>;
export type Output<O extends Operation> = z.input<O['output']>;

type ContextFor<O extends Operation> = O['access'] extends 'anyone' ? OperationContext : UserContext;

/** A handler for each operation of a contract; the check of access and input has passed when it is called. */
export type Handlers<C extends Contract> = {
  readonly [Name in keyof C]: (context: ContextFor<C[Name]>, input: Input<C[Name]>) => Promise<Output<C[Name]>>;
};

/** An operation with its handler, as the core runs it. */
export type BoundOperation = {
  readonly operation: Operation;
  readonly handle: (context: OperationContext, input: unknown) => Promise<unknown>;
};

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

/** Joins a contract with its handlers. */
export function bindOperations<C extends Contract>(contract: C, handlers: Handlers<C>): readonly BoundOperation[] {
  return Object.entries(contract).map(([key, operation]) => ({
    operation,
    handle: handlers[key] as BoundOperation['handle'],
  }));
}
