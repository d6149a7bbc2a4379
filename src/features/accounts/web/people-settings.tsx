import { type InfiniteData, keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../../../client/contract.ts';
import type { Profile } from '../../../contracts/accounts/contract.ts';
import { useApp } from '../../../ui/app-context.tsx';
import { Avatar, pictureAddress } from '../../../ui/avatar.tsx';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { plainName } from '../../../ui/direction.ts';
import { failureText } from '../../../ui/error-text.ts';
import { ErrorState, Skeleton } from '../../../ui/states.tsx';
import { SearchField } from '../../../ui/text-field.tsx';
import { showToast } from '../../../ui/toast.tsx';
import { useDelayed } from '../../../ui/use-delayed.ts';
import { useMe } from './account-context.tsx';
import { InviteSection } from './invite-section.tsx';
import { Section } from './section.tsx';

type Found = Output<'accounts.findPeople'>;
type Pages = InfiniteData<Found, string | null>;
/** The delay between the last key and the search. */
const PAUSE_MS = 150;
const ROLES = ['admin', 'member', 'guest'] as const;

/** For admins: the people, their roles, and the registration mode. */
export function PeopleSettings() {
  return (
    <>
      <InviteSection />
      <PeopleSection />
    </>
  );
}

function PeopleSection() {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const search = useDelayed(text, PAUSE_MS);
  const { data, isError, refetch, hasNextPage, fetchNextPage } = useFoundPeople(search);
  const replace = useReplacePerson(search);
  if (isError) return <ErrorState text={t('accounts.loadFailed')} onRetry={() => void refetch()} />;
  return (
    <Section title={t('accounts.people')}>
      <SearchField label={t('accounts.peopleSearch')} value={text} onChange={setText} />
      {data === undefined ? (
        <Skeleton className="mt-3 h-40 w-full" />
      ) : (
        <ul className="mt-3 flex flex-col divide-y divide-line">
          {data.pages
            .flatMap(({ profiles }) => profiles)
            .map((profile) => (
              <PersonRow key={profile.id} profile={profile} onChange={replace} />
            ))}
        </ul>
      )}
      {hasNextPage && (
        <Button className="mt-3" onClick={() => void fetchNextPage()}>
          {t('accounts.more')}
        </Button>
      )}
    </Section>
  );
}

/** Pages of people whose name or handle contains the text; the last result stays until the next one arrives. */
function useFoundPeople(text: string) {
  const { client } = useApp();
  return useInfiniteQuery({
    queryKey: foundKey(text),
    queryFn: ({ pageParam }) =>
      client.call('accounts.findPeople', pageParam === null ? { text } : { text, after: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }: Found) => next,
    placeholderData: keepPreviousData,
  });
}

/** Replaces a profile by its new version. */
function useReplacePerson(text: string): (profile: Profile) => void {
  const queries = useQueryClient();
  return (profile) => {
    const changed = (page: Found): Found => ({
      ...page,
      profiles: page.profiles.map((each) => (each.id === profile.id ? profile : each)),
    });
    queries.setQueryData(foundKey(text), (known: Pages | undefined) =>
      known === undefined ? known : { ...known, pages: known.pages.map(changed) },
    );
  };
}

function foundKey(text: string): readonly string[] {
  return ['accounts.findPeople', 'pages', text];
}

type RowProps = { readonly profile: Profile; readonly onChange: (profile: Profile) => void };

function PersonRow({ profile, onChange }: RowProps) {
  const { t } = useTranslation();
  const { client } = useApp();
  const me = useMe();
  const [confirming, setConfirming] = useState(false);
  const isFixed = profile.id === me.id || profile.role === 'owner' || (profile.role === 'admin' && me.role !== 'owner');
  const change = (action: Promise<Profile>) =>
    action.then(onChange, (error) => showToast(t('accounts.failed', { reason: failureText(error, t) }), 'error'));
  const setDisabled = (disabled: boolean) =>
    change(client.call('accounts.setDisabled', { user: profile.id, disabled }));
  const roles = me.role === 'owner' ? ROLES : ROLES.filter((role) => role !== 'admin');
  return (
    <li className="flex flex-wrap items-center gap-3 py-3">
      <Avatar
        id={profile.id}
        name={plainName(profile.displayName)}
        picture={pictureAddress(profile.avatar)}
        size={40}
      />
      <div className="min-w-32 flex-1">
        <p className={`truncate font-medium ${profile.disabled ? 'text-muted line-through' : ''}`}>
          <bdi>{plainName(profile.displayName)}</bdi>
        </p>
        <p className="truncate text-sm text-muted">
          @{profile.handle}
          {profile.disabled && ` · ${t('accounts.disabled')}`}
        </p>
      </div>
      {isFixed ? (
        <span className="text-sm text-muted">{t(`accounts.role.${profile.role}`)}</span>
      ) : (
        <>
          <select
            aria-label={t('accounts.roleOf', { name: plainName(profile.displayName) })}
            value={profile.role}
            onChange={(event) =>
              void change(
                client.call('accounts.setRole', {
                  user: profile.id,
                  role: event.target.value as (typeof ROLES)[number],
                }),
              )
            }
            className="rounded-lg border border-line bg-raised px-2 py-1.5"
          >
            {roles.map((role) => (
              <option key={role} value={role}>
                {t(`accounts.role.${role}`)}
              </option>
            ))}
          </select>
          <Button onClick={() => (profile.disabled ? void setDisabled(false) : setConfirming(true))}>
            {profile.disabled ? t('accounts.enable') : t('accounts.disable')}
          </Button>
        </>
      )}
      <ConfirmDialog
        open={confirming}
        onOpenChange={setConfirming}
        title={t('accounts.disable')}
        text={t('accounts.disableText', { name: plainName(profile.displayName) })}
        confirmLabel={t('accounts.disable')}
        danger
        onConfirm={() => {
          setConfirming(false);
          void setDisabled(true);
        }}
      />
    </li>
  );
}
