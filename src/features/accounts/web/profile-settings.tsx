import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Me } from '../../../contracts/accounts/contract.ts';
import { useApp } from '../../../ui/app-context.tsx';
import { pictureAddress } from '../../../ui/avatar.tsx';
import { Button } from '../../../ui/button.tsx';
import { failureText } from '../../../ui/error-text.ts';
import { FormProblem } from '../../../ui/form-problem.tsx';
import { PictureField } from '../../../ui/picture-field.tsx';
import { TextField } from '../../../ui/text-field.tsx';
import { showToast } from '../../../ui/toast.tsx';
import { useForm } from '../../../ui/use-form.ts';
import { useMe, useSignIn } from './account-context.tsx';
import { checkChangePassword, checkUpdateProfile } from './checks.ts';
import { Choices } from './choices.tsx';
import { Section } from './section.tsx';

/** Name, email, picture and password. */
export function ProfileSettings() {
  return (
    <>
      <PictureSection />
      <ProfileSection />
      <ContactSection />
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
      setProblem(t('accounts.failed', { reason: failureText(error, t) }));
    }
    setBusy(false);
  };
  return (
    <Section title={t('accounts.picture')}>
      <PictureField
        id={me.id}
        name={me.displayName}
        picture={pictureAddress(me.avatar)}
        size={96}
        busy={busy}
        problem={problem}
        onChoose={(file) => void change(() => client.upload('accounts.avatar', {}, file))}
        onRemove={() => void change(() => client.call('accounts.removeAvatar', {}))}
      />
    </Section>
  );
}

function ProfileSection() {
  const { t } = useTranslation();
  const { client } = useApp();
  const signIn = useSignIn();
  const me = useMe();
  const form = useForm({
    initial: { displayName: me.displayName, email: me.email ?? '' },
    input: ({ displayName, email }) => ({ displayName, email: email.trim() === '' ? null : email }),
    check: checkUpdateProfile,
    send: async (input) => {
      signIn.update(await client.call('accounts.updateProfile', input, { overHttp: true }));
      showToast(t('accounts.saved'));
    },
  });
  return (
    <Section title={t('accounts.profile')} text={`@${me.handle}`}>
      <form {...form.props} className="flex flex-col gap-4">
        <TextField label={t('accounts.displayName')} {...form.field('displayName')} maxLength={60} required />
        <TextField label={t('accounts.email')} type="email" {...form.field('email')} />
        <FormProblem text={form.problem} />
        <Button type="submit" variant="primary" busy={form.busy} disabled={form.isWaiting} className="self-start">
          {t('accounts.save')}
        </Button>
      </form>
    </Section>
  );
}

/** Who may add the person to groups or write to them first. */
function ContactSection() {
  const { t } = useTranslation();
  const { client } = useApp();
  const signIn = useSignIn();
  const me = useMe();
  const pick = async (addedBy: Me['addedBy']) => {
    try {
      signIn.update(await client.call('accounts.updateProfile', { addedBy }));
      showToast(t('accounts.saved'));
    } catch (error) {
      showToast(t('accounts.failed', { reason: failureText(error, t) }), 'error');
    }
  };
  return (
    <Section title={t('accounts.addedBy')} text={t('accounts.addedByText')}>
      <Choices
        name="added-by"
        label={t('accounts.addedBy')}
        value={me.addedBy}
        options={[
          { value: 'anyone', label: t('accounts.addedByAnyone') },
          { value: 'known', label: t('accounts.addedByKnown') },
        ]}
        onPick={(addedBy) => void pick(addedBy)}
      />
    </Section>
  );
}

function PasswordSection() {
  const { t } = useTranslation();
  const { client } = useApp();
  const form = useForm({
    initial: { current: '', next: '' },
    input: (values) => values,
    check: checkChangePassword,
    send: async (input) => {
      await client.call('accounts.changePassword', input, { overHttp: true });
      form.reset();
      showToast(t('accounts.passwordChanged'));
    },
    explain: (error) => (error.name === 'unauthorized' ? t('accounts.wrongLogin') : undefined),
  });
  return (
    <Section title={t('accounts.changePassword')}>
      <form {...form.props} className="flex flex-col gap-4">
        <TextField
          label={t('accounts.currentPassword')}
          type="password"
          {...form.field('current')}
          autoComplete="current-password"
          required
        />
        <TextField
          label={t('accounts.newPassword')}
          type="password"
          {...form.field('next')}
          hint={t('accounts.passwordHint')}
          autoComplete="new-password"
          minLength={10}
          required
        />
        <FormProblem text={form.problem} />
        <Button type="submit" variant="primary" busy={form.busy} disabled={form.isWaiting} className="self-start">
          {t('accounts.changePassword')}
        </Button>
      </form>
    </Section>
  );
}
