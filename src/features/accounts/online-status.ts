import type { accountsContract } from '../../contracts/accounts/contract.ts';
import { type OnlineEvent, onlineChannel } from '../../contracts/accounts/events.ts';
import type { Handlers } from '../../core/operations/operation.ts';
import type { Parts } from './parts.ts';

export type OnlineStatus = {
  /** A person's first connection opened, or their last one closed. */
  changed(user: string, online: boolean): void;
  readonly handlers: Pick<Handlers<typeof accountsContract>, 'presence'>;
};

/** Tracks who is online, publishes changes, and returns when others were last seen. */
export function createOnlineStatus({ host, users, lastSeen }: Parts): OnlineStatus {
  const { channels, clock, telemetry } = host;
  const online = new Set<string>();

  const publish = (user: string, isOnline: boolean): void => {
    const event: OnlineEvent = { type: 'online', online: isOnline, at: clock.now() };
    channels
      .publish(onlineChannel(user), JSON.stringify(event))
      .catch((error) => telemetry.record('warn', 'presence.not_published', { user, error: String(error) }));
  };

  return {
    changed: (user, isOnline) => {
      lastSeen.user(user);
      // A reload within the node's grace period is a second "online" without an "offline" before it.
      if (online.has(user) === isOnline) return;
      if (isOnline) online.add(user);
      else online.delete(user);
      publish(user, isOnline);
    },

    handlers: {
      presence: async (_context, { users: ids }) => {
        const found = await users.byIds(ids);
        const presence = found.map(({ id, last_seen_at: lastSeenAt }) => {
          return { user: id, online: online.has(id) || channels.connectionsOf(id) > 0, lastSeenAt };
        });
        return { presence };
      },
    },
  };
}
