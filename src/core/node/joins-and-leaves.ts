import type { ClientInfo, MapEntry } from '../../ports/log.ts';
import type { Hub } from '../delivery/hub.ts';
import type { HubChannel } from '../delivery/hub-channel.ts';
import { type PresenceEntry, PresenceMapEntries } from '../maps/presence-map-entries.ts';
import type { Published, PublishOptions } from '../operations/feature.ts';
import type { Visibility } from '../sessions/delivery-options.ts';
import type { ChannelMessages } from './channel-messages.ts';
import type { Hooks } from './hooks.ts';

type JoinsAndLeavesParts = {
  readonly hub: Hub;
  readonly messages: ChannelMessages;
  readonly hooks: () => Hooks | undefined;
  publish(channel: string, data: string, options: PublishOptions): Promise<Published>;
  report(thrown: unknown, event: string): void;
};

/** Maintains presence when clients enter and leave channels, as a list and as maps, and notifies listeners. */
export class JoinsAndLeaves {
  readonly #parts: JoinsAndLeavesParts;
  readonly #mapEntries = new PresenceMapEntries();

  constructor(parts: JoinsAndLeavesParts) {
    this.#parts = parts;
  }

  /** `silently`: the client was in the channel already, on another connection. */
  join(channel: HubChannel, info: ClientInfo, { presence, inMaps, joinLeave }: Visibility, silently: boolean): void {
    const { hub, hooks, messages } = this.#parts;
    if (silently) {
      // Its info may have changed.
      if (presence) hub.setPresent(channel, info);
      return;
    }
    if (inMaps) this.#setEntries(this.#mapEntries.join(channel.name, channel.namespace, info), info);
    const alone = presence && hub.setPresent(channel, info);
    if (alone) hooks()?.apps?.present(channel.name, info.user, true);
    if (joinLeave) messages.joined(channel.name, info, alone);
  }

  leave(name: string, info: ClientInfo, { presence, inMaps, joinLeave }: Visibility): void {
    const { hub, hooks, messages } = this.#parts;
    const namespace = hub.get(name)?.namespace;
    if (namespace === undefined) return;
    if (namespace.type === 'map' && namespace.mapClearsClient) {
      this.#removeEntries([{ channel: name, key: info.client }], info);
    }
    if (inMaps) this.#removeEntries(this.#mapEntries.leave(name, namespace, info), info);
    const alone = presence && hub.setAbsent(name, info.client);
    if (alone) hooks()?.apps?.present(name, info.user, false);
    if (joinLeave) messages.left(name, info, alone);
  }

  /** The number of the channel's subscribers on this node changed. */
  counted(channel: string): void {
    const apps = this.#parts.hooks()?.apps;
    if (apps !== undefined) apps.counted(channel, this.#parts.hub.get(channel)?.subscriberCount ?? 0);
  }

  #setEntries(entries: readonly PresenceEntry[], info: ClientInfo): void {
    for (const { channel, key } of entries) this.#publish(channel, { key }, info);
  }

  #removeEntries(entries: readonly PresenceEntry[], info: ClientInfo): void {
    for (const { channel, key } of entries) this.#publish(channel, { key, removed: true }, info);
  }

  #publish(channel: string, entry: MapEntry, info: ClientInfo): void {
    const { publish, report } = this.#parts;
    publish(channel, 'null', { entry, info }).catch((error) => report(error, 'map.presence_failed'));
  }
}
