import type { ReactNode } from 'react';

type TableProps = {
  /** The table's title, for screen readers. */
  readonly label: string;
  readonly columns: readonly Column[];
  readonly isStale: boolean;
  readonly children: ReactNode;
};

/** `wide`: hidden on small screens. */
export type Column = { readonly label: string; readonly wide?: boolean; readonly isNumber?: boolean };

export const WIDE = 'max-md:hidden';
export const CELL = 'px-4 py-2.5';
export const NUMBER_CELL = `${CELL} text-right tabular-nums`;
/** The row's own link covers the whole row; other controls are above it. */
export const ROW = 'relative border-t border-line hover:bg-sunken has-[a:focus-visible]:bg-sunken';
export const ROW_LINK = 'font-medium after:absolute after:inset-0';

/** A table in the console's style. */
export function Table({ label, columns, isStale, children }: TableProps) {
  return (
    <div
      aria-busy={isStale}
      className={`overflow-hidden rounded-2xl border border-line bg-raised ${isStale ? 'opacity-70' : ''}`}
    >
      <table aria-label={label} className="w-full table-auto text-sm">
        <thead>
          <tr className="text-left text-xs text-muted">
            {columns.map(({ label: name, wide = false, isNumber = false }) => (
              <th
                key={name}
                scope="col"
                className={`px-4 py-2.5 font-medium whitespace-nowrap ${wide ? WIDE : ''} ${isNumber ? 'text-right' : ''}`}
              >
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
