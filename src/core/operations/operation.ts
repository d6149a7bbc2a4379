import type { Contract, Input, Operation, Output } from '../../contracts/operation.ts';
import type { Span } from '../../ports/traces.ts';
import type { Principal, UserPrincipal } from '../access/principal.ts';

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

/** Joins a contract with its handlers. */
export function bindOperations<C extends Contract>(contract: C, handlers: Handlers<C>): readonly BoundOperation[] {
  return Object.entries(contract).map(([key, operation]) => ({
    operation,
    handle: handlers[key] as BoundOperation['handle'],
  }));
}
