import { Tooltip } from 'radix-ui';
import type { ButtonHTMLAttributes, Ref } from 'react';
import { Spinner } from './spinner.tsx';

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  readonly variant?: 'primary' | 'quiet' | 'danger';
  /** Shows progress, and ignores further presses. */
  readonly busy?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
};

const LOOKS = {
  primary: 'bg-accent text-on-accent hover:brightness-95',
  quiet: 'text-ink hover:bg-sunken',
  danger: 'bg-danger text-surface hover:brightness-95',
} as const;

export function Button({ variant = 'quiet', busy = false, disabled, className = '', children, ...props }: ButtonProps) {
  return (
    <button
      type="button"
      {...props}
      disabled={disabled === true || busy}
      aria-busy={busy}
      className={`inline-flex min-h-9 items-center justify-center gap-2 rounded-lg px-4 py-1.5 font-medium disabled:opacity-50 ${LOOKS[variant]} ${className}`}
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
    <Tooltip.Provider delayDuration={500}>
      <Tooltip.Root>
        <Tooltip.Trigger asChild>
          <button
            type="button"
            {...props}
            aria-label={label}
            className={`inline-flex size-9 shrink-0 items-center justify-center rounded-lg text-muted hover:bg-sunken hover:text-ink disabled:opacity-50 ${className}`}
          >
            {children}
          </button>
        </Tooltip.Trigger>
        <Tooltip.Portal>
          <Tooltip.Content sideOffset={4} className="z-50 rounded-md bg-ink px-2 py-1 text-xs text-surface select-none">
            {label}
          </Tooltip.Content>
        </Tooltip.Portal>
      </Tooltip.Root>
    </Tooltip.Provider>
  );
}
