import type { Contract, Input, Operation, Output } from '../../contracts/operation.ts';
import type { Span } from '../../ports/traces.ts';
import type { Principal, UserPrincipal } from '../access/principal.ts';

/** The context of an operation's call. */
export type OperationContext = {
  readonly principal: Principal;
  /** The caller's address, for rate limits and device lists. */
  readonly address: string;
  /** The live connection the call came over, if it did. */
  readonly client?: string;
  /** The call's span, if traced: publications and log records that follow belong to it. */
  readonly span?: Span;
  /** Only for calls over HTTP; the handler's `responseHeaders` are sent with the response. */
  readonly http?: { readonly headers: Headers; readonly url: string; readonly responseHeaders: Headers };
};

/** The context of an operation that requires signing in. */
export type UserContext = OperationContext & { readonly principal: UserPrincipal };

type ContextFor<O extends Operation> = O['access'] extends 'anyone' ? OperationContext : UserContext;

/** A handler for each operation of a contract; access and input are checked before the call. */
export type Handlers<C extends Contract> = {
  readonly [Name in keyof C]: (context: ContextFor<C[Name]>, input: Input<C[Name]>) => Promise<Output<C[Name]>>;
};

/** An operation with its handler, as the core runs it. */
export type BoundOperation = {
  readonly operation: Operation;
  readonly handle: (context: OperationContext, input: unknown) => Promise<unknown>;
};

/** Binds a contract to its handlers. */
export function bindOperations<C extends Contract>(contract: C, handlers: Handlers<C>): readonly BoundOperation[] {
  return Object.entries(contract).map(([key, operation]) => ({
    operation,
    handle: handlers[key] as BoundOperation['handle'],
  }));
}
