import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';

export type MenuItem = {
  readonly key: string;
  readonly label: string;
  readonly icon?: ReactNode;
  readonly danger?: boolean;
  readonly onSelect: () => void;
};

type Props = {
  /** A button. */
  readonly trigger: ReactNode;
  readonly items: readonly MenuItem[];
  readonly align?: 'start' | 'end';
};

/** Actions behind a button. */
export function Menu({ trigger, items, align = 'start' }: Props) {
  return (
    // Not modal: that would hide the page from screen readers, and leave what can have the focus in it.
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="z-40 min-w-44 animate-[appear_100ms] rounded-xl border border-line bg-raised p-1 shadow-[0_4px_16px_var(--shadow)]"
        >
          {items.map(({ key, label, icon, danger = false, onSelect }) => (
            <DropdownMenu.Item
              key={key}
              onSelect={onSelect}
              className={`flex cursor-pointer items-center gap-3 rounded-lg px-3 py-2 outline-none data-[highlighted]:bg-sunken ${danger ? 'text-danger' : ''}`}
            >
              {icon}
              {label}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
