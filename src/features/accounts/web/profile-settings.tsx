import { type ChangeEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorFromBody } from '../../../../client/errors.ts';
import { useApp } from '../../../ui/app-context.tsx';
import { Avatar } from '../../../ui/avatar.tsx';
import { Button } from '../../../ui/button.tsx';
import { TextField } from '../../../ui/text-field.tsx';
import { showToast } from '../../../ui/toast.tsx';
import type { Me } from '../contract.ts';
import { useMe, useSignIn } from './account-context.tsx';
import { Problem } from './gate.tsx';
import { pictureOf } from './people-source.ts';
import { Section } from './section.tsx';
import { useForm } from './use-form.ts';

const PICTURE_LIMIT = 5 * 1024 * 1024;

/** Name, e-mail, picture and password. */
export function ProfileSettings() {
  return (
    <>
      <PictureSection />
      <ProfileSection />
      <PasswordSection />
    </>
  );
}

function PictureSection() {
  const { t } = useTranslation();
  const { client } = useApp();
  const signIn = useSignIn();
  const me = useMe();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const change = async (action: () => Promise<Me>) => {
    setBusy(true);
    setProblem(undefined);
    try {
      signIn.update(await action());
    } catch (error) {
      setProblem(t('accounts.failed', { reason: (error as Error).message }));
    }
    setBusy(false);
  };
  const choose = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const [file] = target.files ?? [];
    target.value = '';
    if (file === undefined) return;
    if (file.size > PICTURE_LIMIT) return setProblem(t('accounts.pictureTooLarge'));
    void change(() => uploadPicture(file));
  };
  return (
    <Section title={t('accounts.picture')}>
      <div className="flex items-center gap-5">
        <Avatar id={me.id} name={me.displayName} picture={pictureOf(me.avatar)} size={96} />
        <div className="flex flex-col gap-2">
          <div className="flex flex-wrap gap-2">
            <label className="inline-flex min-h-9 cursor-pointer items-center rounded-lg bg-accent px-4 font-medium text-on-accent focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent">
              {t('accounts.choosePicture')}
              <input
                type="file"
                accept="image/png,image/jpeg,image/webp"
                onChange={choose}
                disabled={busy}
                className="sr-only"
              />
            </label>
            {me.avatar !== null && (
              <Button busy={busy} onClick={() => void change(() => client.call('accounts.removeAvatar', {}))}>
                {t('accounts.removePicture')}
              </Button>
            )}
          </div>
          <p className="text-sm text-muted">{t('accounts.pictureHint')}</p>
        </div>
      </div>
      <div className="mt-3">
        <Problem text={problem} />
      </div>
    </Section>
  );
}

/** Sends the bytes as they are; the server checks and re-encodes them. */
async function uploadPicture(file: File): Promise<Me> {
  const response = await fetch('/api/v1/accounts.avatar', { method: 'POST', body: file });
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw errorFromBody(response.status, body);
  return body as Me;
}

function ProfileSection() {
  const { t } = useTranslation();
  const { client } = useApp();
  const signIn = useSignIn();
  const me = useMe();
  const [displayName, setDisplayName] = useState(me.displayName);
  const [email, setEmail] = useState(me.email ?? '');
  const form = useForm(async () => {
    const changed = { displayName, email: email.trim() === '' ? null : email };
    signIn.update(await client.call('accounts.updateProfile', changed, { overHttp: true }));
    showToast(t('accounts.saved'));
  });
  return (
    <Section title={t('accounts.profile')} text={`@${me.handle}`}>
      <form onSubmit={form.submit} className="flex flex-col gap-4">
        <TextField
          label={t('accounts.displayName')}
          value={displayName}
          onChange={(event) => setDisplayName(event.target.value)}
          error={form.error('displayName')}
          maxLength={60}
          required
        />
        <TextField
          label={t('accounts.email')}
          type="email"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          error={form.error('email')}
        />
        <Problem text={form.problem} />
        <Button type="submit" variant="primary" busy={form.busy} className="self-start">
          {t('accounts.save')}
        </Button>
      </form>
    </Section>
  );
}

function PasswordSection() {
  const { t } = useTranslation();
  const { client } = useApp();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const form = useForm(
    async () => {
      await client.call('accounts.changePassword', { current, next }, { overHttp: true });
      setCurrent('');
      setNext('');
      showToast(t('accounts.passwordChanged'));
    },
    (error) => (error.name === 'unauthorized' ? t('accounts.wrongLogin') : undefined),
  );
  return (
    <Section title={t('accounts.changePassword')}>
      <form onSubmit={form.submit} className="flex flex-col gap-4">
        <TextField
          label={t('accounts.currentPassword')}
          type="password"
          value={current}
          onChange={(event) => setCurrent(event.target.value)}
          error={form.error('current')}
          autoComplete="current-password"
          required
        />
        <TextField
          label={t('accounts.newPassword')}
          type="password"
          value={next}
          onChange={(event) => setNext(event.target.value)}
          error={form.error('next')}
          hint={t('accounts.passwordHint')}
          autoComplete="new-password"
          minLength={10}
          required
        />
        <Problem text={form.problem} />
        <Button type="submit" variant="primary" busy={form.busy} className="self-start">
          {t('accounts.changePassword')}
        </Button>
      </form>
    </Section>
  );
}
