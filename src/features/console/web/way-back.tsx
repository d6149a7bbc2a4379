import { ArrowLeft } from 'lucide-react';
import { PlaceLink } from './console-context.tsx';
import type { Place } from './place.ts';

/** A link from an item to its list. */
export function WayBack({ to, label }: { readonly to: Place; readonly label: string }) {
  return (
    <PlaceLink to={to} className="mb-4 inline-flex items-center gap-1.5 rounded-md text-sm text-muted hover:text-ink">
      <ArrowLeft size={16} aria-hidden />
      {label}
    </PlaceLink>
  );
}
