import { accountsContract } from '../../contracts/accounts/contract.ts';
import { PEOPLE_CHANNEL, userChannel } from '../../contracts/accounts/events.ts';
import type { Principal } from '../../core/access/principal.ts';
import type { Feature, FeatureHost, People } from '../../core/operations/feature.ts';
import { bindOperations, type Handlers } from '../../core/operations/operation.ts';
import { administrationHandlers } from './administration.ts';
import { AVATAR_UPLOAD, avatarRoute } from './avatars.ts';
import { deviceHandlers } from './devices.ts';
import { LiveDevices } from './live-devices.ts';
import type { RegisteredListener } from './newcomers.ts';
import { createOnlineStatus } from './online-status.ts';
import { type AccountsSettings, createParts } from './parts.ts';
import { createPeople } from './people.ts';
import { profileHandlers } from './profiles.ts';
import { ownerInvite, registrationHandlers } from './registration.ts';
import { signInHandlers } from './sign-in.ts';

export type Accounts = {
  readonly feature: Feature;
  readonly people: People;
  /** Authenticates a request or a new connection; anonymous if its cookie is missing or invalid. */
  authenticate(headers: Headers): Promise<Principal>;
  /** The one-time code to register the first owner, stable over restarts; null once there is an owner. */
  ownerInvite(): Promise<string | null>;
  /**
   * Calls the listener for each new person, before their registration is answered; after a failure or a crash, later.
   * It may be called twice for the same person.
   */
  onRegistered(listener: RegisteredListener): void;
  /** To be called once at start, after the listeners were added: announces people they missed. */
  catchUp(): Promise<void>;
};

/** The accounts feature: registration, sign-in, devices, profiles, roles, online status. */
export function createAccounts(host: FeatureHost, settings: AccountsSettings): Accounts {
  const parts = createParts(host, settings);
  const people = createPeople(parts);
  const presence = createOnlineStatus(parts);
  const live = new LiveDevices(parts);
  const handlers: Handlers<typeof accountsContract> = {
    ...registrationHandlers(parts),
    ...signInHandlers(parts),
    ...profileHandlers(parts),
    ...deviceHandlers(parts),
    ...administrationHandlers(parts),
    ...presence.handlers,
  };
  const feature: Feature = {
    name: 'accounts',
    operations: bindOperations(accountsContract, handlers),
    uploads: [AVATAR_UPLOAD],
    route: (request, principal) => avatarRoute({ ...parts, people }, request, principal),
    serverChannels: async (principal) => {
      if (principal.kind !== 'user') return [];
      await parts.authentication.confirm(principal);
      live.entered(principal);
      return [userChannel(principal.user), PEOPLE_CHANNEL];
    },
    onPresence: presence.changed,
    onTick: (now) => live.tick(now),
  };
  return {
    feature,
    people,
    authenticate: (headers) => parts.authentication.authenticate(headers),
    ownerInvite: () => ownerInvite(parts),
    onRegistered: (listener) => parts.newcomers.listen(listener),
    catchUp: async () => {
      await parts.users.fillLooks();
      await parts.newcomers.catchUp();
    },
  };
}
