import { Tooltip } from 'radix-ui';
import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { Spinner } from './spinner.tsx';

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  readonly variant?: keyof typeof LOOKS;
  /** Shows progress, and ignores further presses. */
  readonly busy?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
};

const LOOKS = {
  primary: 'bg-accent text-on-accent hover:brightness-95',
  quiet: 'text-ink hover:bg-sunken',
  danger: 'bg-danger text-surface hover:brightness-95',
} as const;

/** How what is pressed looks, whether it does something or leads somewhere. */
export function buttonLook(variant: keyof typeof LOOKS): string {
  return `inline-flex min-h-9 items-center justify-center gap-2 rounded-lg px-4 py-1.5 font-medium disabled:opacity-50 ${LOOKS[variant]}`;
}

export function Button({ variant = 'quiet', busy = false, disabled, className = '', children, ...props }: ButtonProps) {
  return (
    <button
      type="button"
      {...props}
      disabled={disabled === true || busy}
      aria-busy={busy}
      className={`${buttonLook(variant)} ${className}`}
    >
      {busy && <Spinner label="" />}
      {children}
    </button>
  );
}

type IconButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  /** The label; read out, and shown as a tooltip. */
  readonly label: string;
  readonly ref?: Ref<HTMLButtonElement>;
};

export function IconButton({ label, className = '', children, ...props }: IconButtonProps) {
  return (
    <WithTooltip label={label}>
      <button type="button" {...props} aria-label={label} className={`${ICON_LOOK} ${className}`}>
        {children}
      </button>
    </WithTooltip>
  );
}

export const ICON_LOOK =
  'inline-flex size-9 shrink-0 items-center justify-center rounded-lg text-muted hover:bg-sunken hover:text-ink disabled:opacity-50';

/** Shows the label of what is only a picture while the pointer rests on it. */
export function WithTooltip({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <Tooltip.Provider delayDuration={500}>
      <Tooltip.Root>
        <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
        <Tooltip.Portal>
          <Tooltip.Content sideOffset={4} className="z-50 rounded-md bg-ink px-2 py-1 text-xs text-surface select-none">
            {label}
          </Tooltip.Content>
        </Tooltip.Portal>
      </Tooltip.Root>
    </Tooltip.Provider>
  );
}
