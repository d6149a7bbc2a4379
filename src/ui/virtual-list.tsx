import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useCallback, useRef, useState } from 'react';

type Props<Item> = {
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string;
  /** Approximate height of a row, in pixels. */
  readonly rowHeight: number;
  readonly className: string;
  readonly children: (item: Item) => ReactNode;
};

/** A scrolling list that renders only visible rows, and the focused one. */
export function VirtualList<Item>({ items, keyOf, rowHeight, className, children }: Props<Item>) {
  const scroller = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const focusedAt = focused === null ? -1 : items.findIndex((item) => keyOf(item) === focused);
  const list = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => keyOf(items[index] as Item),
    overscan: 4,
    // So that it keeps the focus, and Tab continues from it, however far the list scrolls.
    rangeExtractor: useCallback((range: Range) => withRow(defaultRangeExtractor(range), focusedAt), [focusedAt]),
  });
  return (
    <div ref={scroller} className={`min-h-0 flex-1 overflow-y-auto ${className}`}>
      <ul className="relative" style={{ height: list.getTotalSize() }}>
        {list.getVirtualItems().map(({ index, key, start }) => (
          <li
            key={key}
            ref={list.measureElement}
            data-index={index}
            aria-setsize={items.length}
            aria-posinset={index + 1}
            onFocus={() => setFocused(keyOf(items[index] as Item))}
            onBlur={() => setFocused(null)}
            className="absolute top-0 left-0 w-full"
            style={{ transform: `translateY(${start}px)` }}
          >
            {children(items[index] as Item)}
          </li>
        ))}
      </ul>
    </div>
  );
}

function withRow(rows: number[], row: number): number[] {
  return row < 0 || rows.includes(row) ? rows : [...rows, row].sort((one, other) => one - other);
}
