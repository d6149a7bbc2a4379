import type { Input, OperationName, Output } from '../../../../client/contract.ts';
import { useApp } from '../../../ui/app-context.tsx';
import { useOperation } from '../../../ui/queries.tsx';

/** `isStale`: what is shown while the same is read again. */
export type Loaded<Value> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'ready'; readonly value: Value; readonly isStale: boolean };

/** Reads an operation, again whenever its input changes, and shows the last answer until then. */
export function useLoaded<Name extends OperationName>(
  name: Name,
  input: Input<Name>,
): readonly [Loaded<Output<Name>>, () => void] {
  const { client } = useApp();
  const { data, error, isError, isFetching, refetch } = useOperation(client, name, input, { keepsLast: true });
  const reload = () => void refetch();
  if (isError && !isFetching) return [{ kind: 'failed', error }, reload];
  if (data === undefined) return [{ kind: 'loading' }, reload];
  return [{ kind: 'ready', value: data, isStale: isFetching }, reload];
}
