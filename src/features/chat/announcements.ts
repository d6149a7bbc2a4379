import { userChannel } from '../../contracts/accounts/events.ts';
import { type LiveEvent, liveChannel, roomChannel, type UserRoomEvent } from '../../contracts/chat/events.ts';
import type { FeatureHost } from '../../core/operations/feature.ts';

/**
 * Notifies live connections of committed changes. Never fails: a connection that misses one is corrected at its next
 * connect.
 */
export class Announcements {
  readonly #host: Pick<FeatureHost, 'channels' | 'telemetry'>;

  constructor(host: Pick<FeatureHost, 'channels' | 'telemetry'>) {
    this.#host = host;
  }

  /** Subscribes the connections of new members to the room. */
  entered(room: string, users: readonly string[]): void {
    for (const user of users) {
      this.#host.channels.subscribeUser(user, roomChannel(room));
      this.toUser(user, { type: 'room.entered', room });
    }
  }

  /** Subscribes connections of members that may not be subscribed yet. */
  woken(room: string, users: readonly string[]): void {
    for (const user of users) this.#host.channels.subscribeUser(user, roomChannel(room));
  }

  /** Unsubscribes the connections of a removed member at once (PE3). */
  exited(room: string, user: string): void {
    this.#host.channels.unsubscribeUser(user, roomChannel(room));
    this.#host.channels.unsubscribeUser(user, liveChannel(room));
    this.toUser(user, { type: 'room.exited', room });
  }

  toUser(user: string, event: UserRoomEvent): void {
    this.#publish(userChannel(user), event);
  }

  toRoom(room: string, event: LiveEvent): void {
    this.#publish(liveChannel(room), event);
  }

  #publish(channel: string, event: UserRoomEvent | LiveEvent): void {
    const { channels, telemetry } = this.#host;
    channels.publish(channel, JSON.stringify(event)).catch((error) => {
      telemetry.record('warn', 'chat.not_announced', { type: event.type, error: String(error) });
    });
  }
}
