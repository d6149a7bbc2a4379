import { Plus } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../../../ui/button.tsx';
import { EmptyState } from '../../../ui/states.tsx';

type NewProps = { readonly label: string; readonly isReady: boolean; readonly onNew: () => void };

/** Creates another item. */
export function NewButton({ label, isReady, onNew }: NewProps) {
  return (
    <Button variant="primary" disabled={!isReady} onClick={onNew}>
      <Plus size={18} aria-hidden />
      {label}
    </Button>
  );
}

type Empty = { readonly icon: ReactNode; readonly title: string; readonly text: string };

type Props<Item> = {
  readonly label: string;
  readonly items: readonly Item[];
  readonly empty: Empty;
  /** A list item. */
  readonly children: (item: Item) => ReactNode;
};

/** All items of a kind; few enough for one page. */
export function KeptList<Item>({ label, items, empty, children }: Props<Item>) {
  if (items.length > 0) {
    return (
      <ul aria-label={label} className="flex flex-col gap-3">
        {items.map(children)}
      </ul>
    );
  }
  return (
    <div className="rounded-2xl border border-line py-8">
      <EmptyState {...empty} />
    </div>
  );
}
