import type { AppSettings } from '../../contracts/app-settings.ts';
import type { LiveApps } from '../../core/access/apps.ts';
import { CLOSED_NAMESPACE, type Namespace, namespaceOf } from '../../core/channels/namespace.ts';
import type { Namespaces } from '../../core/channels/namespaces.ts';
import type { ChannelPolicy } from '../../core/operations/feature.ts';
import { type AppParts, PusherApp } from './app.ts';
import { AppWatch } from './app-watch.ts';
import { nameOf } from './channel-name.ts';
import { definitionOf } from './namespaces.ts';
import type { WebhookParts } from './webhooks.ts';

export type AppsParts = WebhookParts &
  AppParts & {
    /** Options the operator has set for namespaces. */
    readonly options: Readonly<Record<string, Namespace>>;
    /** The node's namespaces, which are adapted to the apps. */
    readonly namespaces: Namespaces;
  };

/** All apps: those of the settings, and those the owner creates at run time. */
export class Apps implements LiveApps {
  readonly configured: readonly AppSettings[];
  readonly #parts: AppsParts;
  readonly #byId = new Map<string, AppWatch>();
  readonly #byKey = new Map<string, AppWatch>();
  readonly #byNamespace = new Map<string, readonly AppWatch[]>();

  constructor(configured: readonly AppSettings[], parts: AppsParts) {
    this.#parts = parts;
    this.configured = configured;
    for (const settings of configured) this.set(settings);
  }

  get size(): number {
    return this.#byId.size;
  }

  list(): readonly AppSettings[] {
    return [...this.#byId.values()].map(({ app }) => app.settings);
  }

  get(id: string): AppWatch | undefined {
    return this.#byId.get(id);
  }

  byKey(key: string): AppWatch | undefined {
    return this.#byKey.get(key);
  }

  /** Apps that own the channel. */
  ofChannel(channel: string): readonly AppWatch[] {
    return this.#byId.size === 0 ? [] : this.#ofNamespace(namespaceOf(channel));
  }

  connectionsOf(id: string): number {
    return this.#byId.get(id)?.clients.size ?? 0;
  }

  set(settings: AppSettings): void {
    const known = this.#byId.get(settings.id);
    if (known !== undefined) return change(known, settings);
    const watch = new AppWatch(new PusherApp(settings, this.#parts), this.#parts);
    const { id, key, namespace } = settings;
    this.#byId.set(id, watch);
    this.#byKey.set(key, watch);
    const others = this.#ofNamespace(namespace);
    this.#byNamespace.set(namespace, [...others, watch]);
    if (others.length === 0) this.#define(namespace);
  }

  remove(id: string): void {
    const watch = this.#byId.get(id);
    if (watch === undefined) return;
    const { key, namespace } = watch.app.settings;
    this.#byId.delete(id);
    this.#byKey.delete(key);
    const others = this.#ofNamespace(namespace).filter((each) => each !== watch);
    if (others.length > 0) this.#byNamespace.set(namespace, others);
    else this.#byNamespace.delete(namespace);
    watch.end();
    if (others.length === 0) this.#define(namespace);
  }

  /** Resolves once all webhook events are on disk. */
  async settled(): Promise<void> {
    await Promise.all([...this.#byId.values()].map((watch) => watch.settled()));
  }

  #ofNamespace(namespace: string): readonly AppWatch[] {
    return this.#byNamespace.get(namespace) ?? [];
  }

  /**
   * The namespace got its first app, or lost its last one: its channels change their kind. A namespace that is not in
   * the settings stays, closed to all, as its channels may still have subscribers.
   */
  #define(name: string): void {
    const options = this.#parts.options[name];
    const isPlain = options !== undefined && !this.#byNamespace.has(name);
    const definition = isPlain ? { options } : definitionOf(options ?? CLOSED_NAMESPACE, this.#policy);
    this.#parts.namespaces.define(name, definition);
  }

  readonly #policy: ChannelPolicy = (principal, action, channel) => {
    const app = principal.kind === 'app' ? this.#byId.get(principal.app)?.app : undefined;
    if (principal.kind !== 'app' || app?.settings.namespace !== namespaceOf(channel)) return false;
    return app.allows(principal, action, nameOf(channel));
  };
}

/** A disabled app loses its connections; after a secret change, clients have to be authorized again. */
function change(watch: AppWatch, settings: AppSettings): void {
  const { secret } = watch.app.settings;
  watch.change(settings);
  if (!settings.enabled) watch.clients.close('forceDisconnect');
  else if (settings.secret !== secret) watch.clients.close('forceReconnect');
}
