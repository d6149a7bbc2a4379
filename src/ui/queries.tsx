import {
  keepPreviousData,
  QueryClient,
  QueryClientProvider,
  type UseQueryOptions,
  type UseQueryResult,
  useQuery,
} from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { Client } from '../../client/client.ts';
import type { Input, OperationName, Output } from '../../client/contract.ts';

/** How long an unused result is cached. */
const KEPT_MS = 60_000;

/** The cache of server state. One per signed-in person, so that nothing of the last one is shown to the next. */
export function QueriesProvider({ children }: { readonly children: ReactNode }) {
  const [queries] = useState(createQueries);
  return <QueryClientProvider client={queries}>{children}</QueryClientProvider>;
}

function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        gcTime: KEPT_MS,
        // The client knows whether it is connected, and otherwise calls over HTTP.
        networkMode: 'always',
        // A failure is shown, with a retry button.
        retry: false,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
      },
    },
  });
}

/** The query key of an operation's result. `[name]` alone matches all inputs of the operation. */
export function operationKey<Name extends OperationName>(name: Name, input: Input<Name>): readonly [Name, Input<Name>] {
  return [name, input];
}

/** The query key of a value that is made of an operation's results, such as all of its pages. Each form has its own. */
export function derivedKey<Name extends OperationName>(
  name: Name,
  form: 'all' | 'pages' | 'people',
  input: Partial<Input<Name>>,
): readonly [Name, typeof form, Partial<Input<Name>>] {
  return [name, form, input];
}

type OperationOptions = {
  /** For errors that name a field. */
  readonly overHttp?: boolean;
  /** False: it is not loaded yet. */
  readonly enabled?: boolean;
  /** Shows the last result while another input is loaded (`isPlaceholderData`). */
  readonly keepsLast?: boolean;
};

/** Calls an operation, and shares the result between screens that call the same. */
export function useOperation<Name extends OperationName>(
  client: Client,
  name: Name,
  input: Input<Name>,
  { overHttp = false, enabled = true, keepsLast = false }: OperationOptions = {},
): UseQueryResult<Output<Name>> {
  const options: UseQueryOptions<Output<Name>> = {
    queryKey: operationKey(name, input),
    queryFn: () => client.call(name, input, { overHttp }),
    enabled,
  };
  // Its type excludes results that are functions, which TypeScript cannot tell of `Output<Name>`.
  return useQuery(keepsLast ? { ...options, placeholderData: keepPreviousData as never } : options);
}
