import type { Input, OperationName, Output } from '../../../../client/contract.ts';
import { useApp } from '../../../ui/app-context.tsx';
import { useOperation } from '../../../ui/queries.tsx';

/** `isStale`: shown while it is being reloaded. */
export type Loaded<Value> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'ready'; readonly value: Value; readonly isStale: boolean };

/** Calls an operation, again when its input changes, and keeps the last result until then. */
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
