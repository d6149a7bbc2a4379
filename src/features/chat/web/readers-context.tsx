import { createContext, useContext } from 'react';

export type Readers = { readonly offsets: ReadonlyMap<string, number>; readonly isDirect: boolean };

const Context = createContext<Readers>({ offsets: new Map(), isDirect: false });
export const ReadersProvider = Context.Provider;

/** How many others have read up to the message. */
export function useReadCount(offset: number): { readonly count: number; readonly isDirect: boolean } {
  const { offsets, isDirect } = useContext(Context);
  let count = 0;
  for (const read of offsets.values()) if (read >= offset) count += 1;
  return { count, isDirect };
}

export function useReaders(): Readers {
  return useContext(Context);
}
