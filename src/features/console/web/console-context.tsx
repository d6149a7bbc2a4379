import { createContext, useContext } from 'react';
import { AppLink, type AppLinkProps } from '../../../ui/app-link.tsx';
import { type Place, writePlace } from './place.ts';
import type { MetricsState } from './use-metrics.ts';

export type ConsoleContext = {
  readonly place: Place;
  /** `replace`: without a new entry in the browser's history. */
  go(place: Place, how?: { readonly replace?: boolean }): void;
  readonly metrics: MetricsState;
};

const Context = createContext<ConsoleContext | undefined>(undefined);
export const ConsoleProvider = Context.Provider;

export function useConsole(): ConsoleContext {
  const context = useContext(Context);
  if (context === undefined) throw new Error('this screen belongs into the console');
  return context;
}

type LinkProps = Omit<AppLinkProps, 'to'> & { readonly to: Place };

/** A link to a place of the console. */
export function PlaceLink({ to, ...props }: LinkProps) {
  return <AppLink {...props} to={writePlace(to)} />;
}
