import type { QueryClient, QueryKey } from '@tanstack/react-query';
import type { Client } from '../../client/client.ts';
import type { Publication } from '../../client/subscriptions.ts';

/**
 * Shows a change that the server has confirmed in a cached result, and loads the result again. A read under way is
 * discarded, because it may have begun before the change.
 */
export async function changeResult<Value>(
  queries: QueryClient,
  key: QueryKey,
  change: (known: Value) => Value,
): Promise<void> {
  await queries.cancelQueries({ queryKey: key, exact: true });
  queries.setQueryData<Value>(key, (known) => (known === undefined ? known : change(known)));
  await queries.invalidateQueries({ queryKey: key, exact: true });
}

/** Loads a result again, also when it is being loaded: that read may have begun too early. */
export async function readAgain(queries: QueryClient, key: QueryKey): Promise<void> {
  await queries.cancelQueries({ queryKey: key, exact: true });
  await queries.invalidateQueries({ queryKey: key, exact: true });
}

/**
 * Reads something, and applies the publications that arrive meanwhile, which the answer may not include. `apply` must
 * give the same for those that it does include.
 */
export async function readWithPublications<Value, Data>(
  listen: (listener: (publication: Publication<Data>) => void) => ReturnType<Client['onPublication']>,
  read: () => Promise<Value>,
  apply: (value: Value, publication: Publication<Data>) => Value,
): Promise<Value> {
  const arrived: Publication<Data>[] = [];
  const stop = listen((publication) => arrived.push(publication));
  try {
    const value = await read();
    // What came in one frame with the answer is emitted before the next task. The result is cached before the one after.
    await new Promise((resolve) => setTimeout(resolve));
    return arrived.reduce(apply, value);
  } finally {
    stop();
  }
}
