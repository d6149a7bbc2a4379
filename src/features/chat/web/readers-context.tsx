import { createContext, useContext } from 'react';
import { hasRead, type Readers } from '../readers-state.ts';

type Shown = { readonly readers: Readers; readonly isDirect: boolean };

const Context = createContext<Shown>({ readers: new Map(), isDirect: false });
export const ReadersProvider = Context.Provider;

/** How many others have read up to the message. */
export function useReadCount(offset: number): { readonly count: number; readonly isDirect: boolean } {
  const { readers, isDirect } = useContext(Context);
  let count = 0;
  for (const reader of readers.values()) if (hasRead(reader, offset)) count += 1;
  return { count, isDirect };
}

export function useReaders(): Readers {
  return useContext(Context).readers;
}
