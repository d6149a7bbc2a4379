import { useRouter } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, MouseEvent, Ref } from 'react';
import { buttonLook, ICON_LOOK, WithTooltip } from './button.tsx';

export type AppLinkProps = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> & {
  /** An address of this app. */
  readonly to: string;
  readonly ref?: Ref<HTMLAnchorElement>;
};

/** A link within the app: an ordinary click uses the router, others behave as for any link. */
export function AppLink({ to, onClick, children, ...props }: AppLinkProps) {
  const { history } = useRouter();
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const isOrdinary = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!isOrdinary || event.defaultPrevented) return;
    event.preventDefault();
    history.push(to);
  };
  return (
    <a {...props} href={to} onClick={follow}>
      {children}
    </a>
  );
}

type ButtonLinkProps = AppLinkProps & { readonly variant?: 'primary' | 'quiet' };

/** A link styled as a button. */
export function ButtonLink({ variant = 'quiet', className = '', ...props }: ButtonLinkProps) {
  return <AppLink {...props} className={`${buttonLook(variant)} ${className}`} />;
}

type IconLinkProps = AppLinkProps & {
  /** Where it leads; read out, and shown while the pointer rests on it. */
  readonly label: string;
};

export function IconLink({ label, className = '', ...props }: IconLinkProps) {
  return (
    <WithTooltip label={label}>
      <AppLink {...props} aria-label={label} className={`${ICON_LOOK} ${className}`} />
    </WithTooltip>
  );
}
