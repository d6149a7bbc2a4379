import type { AppSettings } from '../../contracts/app-settings.ts';
import type { AppHooks } from '../../core/access/apps.ts';
import type { Node } from '../../core/node/node.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TraceContext } from '../../ports/traces.ts';
import type { PusherApp } from './app.ts';
import { kindOf, nameOf } from './channel-name.ts';
import { Clients } from './clients.ts';
import type { ConnectionListeners } from './connection.ts';
import { Departures } from './departures.ts';
import { eventOf } from './encode.ts';
import { textOfData } from './event-data.ts';
import { type WebhookEvent, WebhookOutlet, type WebhookParts } from './webhooks.ts';

/** The delay before a channel is reported empty, or a user as left: a reload is not an absence. */
const DEPARTURE_MS = 3_000;
/** The interval between two counts of a channel, for small channels and for large ones. */
const COUNT_MS = 100;
const LARGE_COUNT_MS = 5_000;
const LARGE = 100;

/** Watches an app's clients and channels on this node, for its webhooks and for clients that subscribe to counts. */
export class AppWatch implements ConnectionListeners {
  readonly app: PusherApp;
  readonly clients: Clients;
  readonly #clock: Clock;
  readonly #parts: WebhookParts;
  #outlets: readonly WebhookOutlet[];
  readonly #departures: Departures;
  readonly #occupied = new Set<string>();
  /** Channels whose count is about to be published. */
  readonly #counting = new Set<string>();

  constructor(app: PusherApp, parts: WebhookParts) {
    this.app = app;
    this.clients = new Clients(parts.clock);
    this.#clock = parts.clock;
    this.#parts = parts;
    this.#outlets = app.settings.webhooks.map((hook) => new WebhookOutlet(app, hook, parts));
    this.#departures = new Departures(parts.clock, DEPARTURE_MS);
  }

  /** The app's settings have changed, except id, key and namespace. An outlet keeps its address. */
  change(settings: AppSettings): void {
    this.app.change(settings);
    const left = [...this.#outlets];
    this.#outlets = settings.webhooks.map((hook) => {
      const index = left.findIndex(({ url }) => url === hook.url);
      const [known] = index < 0 ? [] : left.splice(index, 1);
      known?.change(hook);
      return known ?? new WebhookOutlet(this.app, hook, this.#parts);
    });
  }

  /** The app is removed: its clients are disconnected, and nothing is reported any more. */
  end(): void {
    this.app.isGone = true;
    this.#outlets = [];
    this.clients.close('forceDisconnect');
  }

  /** Resolves once all webhook events are on disk. */
  async settled(): Promise<void> {
    await Promise.all(this.#outlets.map((outlet) => outlet.settled()));
  }

  counted(node: Node, channel: string, subscribers: number): void {
    const { access } = kindOf(nameOf(channel));
    if (access === 'user') return;
    if (this.#outlets.length > 0) this.#watchOccupancy(nameOf(channel), subscribers > 0);
    const isCounted = this.app.settings.subscriptionCounts && access !== 'presence';
    if (isCounted) this.#countLater(node, channel, subscribers);
  }

  present(channel: string, user: string, isThere: boolean): void {
    const name = nameOf(channel);
    if (this.#outlets.length === 0 || kindOf(name).access !== 'presence') return;
    const key = `${name}\n${user}`;
    const tell = (what: string) => this.#tell({ name: what, channel: name, user_id: user });
    if (!isThere) this.#departures.left(key, () => tell('member_removed'));
    else if (this.#departures.came(key)) tell('member_added');
  }

  published(...[channel, { data, info, tags, trace }]: Parameters<AppHooks['published']>): void {
    if (this.#outlets.length === 0) return;
    const name = nameOf(channel);
    const event = {
      ...{ name: 'client_event', channel: name, event: eventOf(tags), data: textOfData(data) },
      ...{ socket_id: info?.client },
      ...(kindOf(name).access === 'presence' && { user_id: info?.user }),
    };
    this.#tell(event, trace);
  }

  watches(client: string, users: readonly string[]): void {
    this.clients.watches(client, users);
  }

  missed(channel: string): void {
    this.#tell({ name: 'cache_miss', channel: nameOf(channel) });
  }

  #tell(event: WebhookEvent, cause?: TraceContext): void {
    for (const outlet of this.#outlets) outlet.tell(event, cause);
  }

  #watchOccupancy(name: string, isOccupied: boolean): void {
    if (isOccupied === this.#occupied.has(name)) return;
    if (!isOccupied) {
      this.#occupied.delete(name);
      this.#departures.left(name, () => this.#tell({ name: 'channel_vacated', channel: name }));
      return;
    }
    this.#occupied.add(name);
    if (this.#departures.came(name)) this.#tell({ name: 'channel_occupied', channel: name });
  }

  /** Concurrent joins are reported as one count: one per join would be quadratic. */
  #countLater(node: Node, channel: string, subscribers: number): void {
    if (this.#counting.has(channel)) return;
    this.#counting.add(channel);
    this.#clock.after(subscribers > LARGE ? LARGE_COUNT_MS : COUNT_MS, () => {
      this.#counting.delete(channel);
      const count = node.hub.get(channel)?.subscriberCount ?? 0;
      node.hub.tell(channel, { kind: 'subscribers', channel, count });
      this.#tell({ name: 'subscription_count', channel: nameOf(channel), subscription_count: count });
    });
  }
}
