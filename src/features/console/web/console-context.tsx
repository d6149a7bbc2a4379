import { type AnchorHTMLAttributes, createContext, type MouseEvent, type Ref, useContext } from 'react';
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

type LinkProps = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> & {
  readonly to: Place;
  readonly ref?: Ref<HTMLAnchorElement>;
};

/** A link within the console, which can be opened in another tab like any link. */
export function PlaceLink({ to, children, onClick, ...props }: LinkProps) {
  const { go } = useConsole();
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const isOrdinary = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!isOrdinary || event.defaultPrevented) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a {...props} href={writePlace(to)} onClick={follow}>
      {children}
    </a>
  );
}
