import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { failureText } from '../../../ui/error-text.ts';
import { showToast } from '../../../ui/toast.tsx';

type Question = {
  readonly title: string;
  readonly text: string;
  readonly confirmLabel: string;
  /** Runs the action, and returns the message to show. */
  readonly action: () => Promise<string>;
};

/** Asks for confirmation of an irreversible action; `dialog` must be rendered. */
export function useConfirmed(): { readonly ask: (question: Question) => void; readonly dialog: ReactNode } {
  const { t } = useTranslation();
  const [question, setQuestion] = useState<Question | null>(null);
  const confirm = () => {
    setQuestion(null);
    question?.action().then(
      (told) => showToast(told),
      (error) => showToast(t('console.failed', { reason: failureText(error, t) }), 'error'),
    );
  };
  const dialog = question !== null && (
    <ConfirmDialog
      open
      onOpenChange={() => setQuestion(null)}
      title={question.title}
      text={question.text}
      confirmLabel={question.confirmLabel}
      danger
      onConfirm={confirm}
    />
  );
  return { ask: setQuestion, dialog };
}
