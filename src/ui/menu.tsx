import { DropdownMenu } from 'radix-ui';
import { type ReactNode, useRef } from 'react';
import { AppLink } from './app-link.tsx';

/** Does something, or leads to an address of this app. */
export type MenuItem = {
  readonly key: string;
  readonly label: string;
  readonly icon?: ReactNode;
  readonly danger?: boolean;
} & ({ readonly onSelect: () => void } | { readonly to: string });

type Props = {
  /** A button. */
  readonly trigger: ReactNode;
  readonly items: readonly MenuItem[];
  readonly align?: 'start' | 'end';
  /** For menus that are also opened in another way. */
  readonly open?: boolean;
  readonly onOpenChange?: (open: boolean) => void;
  /** Called after it has closed, before the button gets the focus back, unless the event is prevented. */
  readonly onClosed?: (event: Event) => void;
};

/** A menu of actions behind a button. */
export function Menu({ trigger, items, align = 'start', onClosed, ...state }: Props) {
  const chosen = useRef<() => void>(undefined);
  const close = (event: Event) => {
    onClosed?.(event);
    // Dialogs opened from it restore the focus to the button.
    if (chosen.current !== undefined) setTimeout(chosen.current);
    chosen.current = undefined;
  };
  return (
    // Not modal: that would hide the page from screen readers, together with elements that can be focused.
    <DropdownMenu.Root modal={false} {...state}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          onCloseAutoFocus={close}
          sideOffset={4}
          collisionPadding={8}
          className="z-40 min-w-44 animate-[appear_100ms] rounded-xl border border-line bg-raised p-1 shadow-[0_4px_16px_var(--shadow)]"
        >
          {items.map((item) => (
            <Item
              key={item.key}
              item={item}
              onChoose={(action) => {
                chosen.current = action;
              }}
            />
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

type ItemProps = { readonly item: MenuItem; readonly onChoose: (action: () => void) => void };

function Item({ item, onChoose }: ItemProps) {
  const { label, icon, danger = false } = item;
  const look = `flex cursor-pointer items-center gap-3 rounded-lg px-3 py-2 outline-none data-[highlighted]:bg-sunken ${danger ? 'text-danger' : ''}`;
  if ('to' in item) {
    return (
      <DropdownMenu.Item asChild className={look}>
        <AppLink to={item.to}>
          {icon}
          {label}
        </AppLink>
      </DropdownMenu.Item>
    );
  }
  return (
    <DropdownMenu.Item onSelect={() => onChoose(item.onSelect)} className={look}>
      {icon}
      {label}
    </DropdownMenu.Item>
  );
}
