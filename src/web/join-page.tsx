import { useParams, useRouter, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import { JoinScreen } from '../features/accounts/web/join-screen.tsx';
import { AppFrame } from './app-frame.tsx';

/** Where an invitation to register leads, and those who may register without. */
export function JoinPage() {
  const { history } = useRouter();
  const { code } = useParams({ strict: false });
  const { next = '/' } = useSearch({ strict: false });
  const goOn = useCallback(() => history.replace(next), [history, next]);
  return <AppFrame whenOut={<JoinScreen {...(code !== undefined && { code })} signInAt={next} />} onIn={goOn} />;
}
