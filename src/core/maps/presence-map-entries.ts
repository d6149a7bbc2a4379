import type { ClientInfo } from '../../ports/log.ts';
import { CHANNEL_LIMIT } from '../channels/channel-name.ts';
import type { Namespace } from '../channels/namespace.ts';

/** An entry to set or remove, after a join or leave. */
export type PresenceEntry = { readonly channel: string; readonly key: string };

/** Decides which entries of presence maps to set and to remove as clients join and leave: one per client or user. */
export class PresenceMapEntries {
  /** Clients by the channel and key of their entry. */
  readonly #holders = new Map<string, Set<string>>();

  /** The entries to set for this client. */
  join(channel: string, namespace: Namespace, info: ClientInfo): readonly PresenceEntry[] {
    return entriesOf(channel, namespace, info).filter((entry) => {
      const id = idOf(entry);
      const holders = this.#holders.get(id) ?? new Set();
      this.#holders.set(id, holders.add(info.client));
      return holders.size === 1;
    });
  }

  /** The entries to remove for this client. */
  leave(channel: string, namespace: Namespace, info: ClientInfo): readonly PresenceEntry[] {
    return entriesOf(channel, namespace, info).filter((entry) => {
      const id = idOf(entry);
      const holders = this.#holders.get(id);
      if (holders?.delete(info.client) !== true || holders.size > 0) return false;
      return this.#holders.delete(id);
    });
  }
}

/** None in a map whose name would be too long, and none for anonymous users. */
function entriesOf(channel: string, { clientsMap, usersMap }: Namespace, info: ClientInfo): readonly PresenceEntry[] {
  const entries = [
    ...(clientsMap === '' ? [] : [{ channel: `${clientsMap}:${channel}`, key: info.client }]),
    ...(usersMap === '' || info.user === '' ? [] : [{ channel: `${usersMap}:${channel}`, key: info.user }]),
  ];
  return entries.filter((entry) => entry.channel.length <= CHANNEL_LIMIT);
}

function idOf({ channel, key }: PresenceEntry): string {
  return `${channel}\n${key}`;
}
