import { userChannel } from '../../contracts/accounts/events.ts';
import { type LiveEvent, liveChannel, roomChannel, type UserRoomEvent } from '../../contracts/chat/events.ts';
import type { FeatureHost } from '../../core/operations/feature.ts';

/** Tells live connections what is decided already. Never fails: who misses it sees it at their next connect. */
export class Announcements {
  readonly #host: Pick<FeatureHost, 'channels' | 'telemetry'>;

  constructor(host: Pick<FeatureHost, 'channels' | 'telemetry'>) {
    this.#host = host;
  }

  /** The people are members now: puts their connections into the room. */
  entered(room: string, users: readonly string[]): void {
    for (const user of users) {
      this.#host.channels.subscribeUser(user, roomChannel(room));
      this.toUser(user, { type: 'room.entered', room });
    }
  }

  /** They are members whose connections may not be in the room yet: puts them in. */
  woken(room: string, users: readonly string[]): void {
    for (const user of users) this.#host.channels.subscribeUser(user, roomChannel(room));
  }

  /** The person is no member any more: takes their connections out at once (PE3). */
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
