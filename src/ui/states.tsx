import { CloudAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';

type EmptyStateProps = {
  readonly icon?: ReactNode;
  readonly title: string;
  readonly text?: string;
  readonly action?: ReactNode;
};

/** An empty state, and how to fill it. */
export function EmptyState({ icon, title, text, action }: EmptyStateProps) {
  return (
    <div className="flex h-full flex-col items-center justify-center gap-2 p-8 text-center">
      {icon !== undefined && <div className="mb-2 text-faint">{icon}</div>}
      <p className="font-medium">{title}</p>
      {text !== undefined && <p className="max-w-72 text-sm text-muted">{text}</p>}
      {action !== undefined && <div className="mt-4">{action}</div>}
    </div>
  );
}

type ErrorStateProps = { readonly text: string; readonly onRetry: () => void };

/** An error state with a retry button. */
export function ErrorState({ text, onRetry }: ErrorStateProps) {
  const { t } = useTranslation();
  return (
    <div role="alert" className="flex h-full flex-col items-center justify-center gap-4 p-8 text-center">
      <CloudAlert size={32} className="text-faint" aria-hidden />
      <p>{text}</p>
      <Button variant="primary" onClick={onRetry}>
        {t('ui.retry')}
      </Button>
    </div>
  );
}

/** A placeholder in the shape of loading content. */
export function Skeleton({ className = '' }: { readonly className?: string }) {
  return (
    <div aria-hidden className={`animate-[pulse-soft_1.6s_ease-in-out_infinite] rounded-lg bg-sunken ${className}`} />
  );
}
