import type { AppHooks } from '../../core/apps.ts';
import type { TurnedAway } from '../../core/arrivals.ts';
import type { ChannelPolicy, NamespaceDefinition } from '../../core/feature.ts';
import { CLOSED_NAMESPACE, type Namespace, namespaceOf } from '../../core/namespace.ts';
import type { Node } from '../../core/node.ts';
import type { Protocol } from '../../core/protocol.ts';
import type { Digests } from '../../ports/digests.ts';
import { type AppSettings, PusherApp } from './app.ts';
import { AppWatch } from './app-watch.ts';
import { nameOf } from './channel-name.ts';
import { CODES, type Code } from './codes.ts';
import { PusherConnection, pusherForAll } from './connection.ts';
import { encodeError } from './encode.ts';
import { PusherApi } from './http-api.ts';
import { definitionOf } from './namespaces.ts';
import type { WebhookParts } from './webhooks.ts';

export { type AppSettings, WEBHOOK_EVENTS } from './app.ts';

export type PusherParts = WebhookParts & { readonly digests: Digests };

/** A client that may speak, or why it may not: it can be told only once its socket is open. */
export type Admission =
  | { readonly kind: 'admitted'; readonly connection: PusherConnection }
  | { readonly kind: 'refused'; readonly frame: string; readonly code: number; readonly reason: string };

const PATH = /^\/app\/([^/]+)$/;
/** Versions of the protocol that differ in nothing that matters here. */
const VERSIONS: ReadonlySet<string> = new Set(['5', '6', '7']);

/**
 * The Pusher protocol for the operator's apps.
 * https://pusher.com/docs/channels/library_auth_reference/pusher-websockets-protocol/
 */
export class Pusher {
  readonly protocol: Protocol = pusherForAll;
  readonly #parts: PusherParts;
  readonly #byId = new Map<string, AppWatch>();
  readonly #byKey = new Map<string, AppWatch>();
  readonly #byNamespace = new Map<string, AppWatch[]>();

  constructor(apps: readonly AppSettings[], parts: PusherParts) {
    this.#parts = parts;
    for (const settings of apps) {
      const watch = new AppWatch(new PusherApp(settings, parts), parts);
      const { id, key, namespace } = settings;
      this.#byId.set(id, watch);
      this.#byKey.set(key, watch);
      this.#byNamespace.set(namespace, [...(this.#byNamespace.get(namespace) ?? []), watch]);
    }
  }

  /** True when there is an app. */
  get isOn(): boolean {
    return this.#byId.size > 0;
  }

  /** The namespaces of the apps, with the options that the operator has set for them. */
  namespaces(stated: Readonly<Record<string, Namespace>>): Map<string, NamespaceDefinition> {
    const policy: ChannelPolicy = (principal, action, channel) => {
      const app = principal.kind === 'app' ? this.#byId.get(principal.app)?.app : undefined;
      if (principal.kind !== 'app' || app?.settings.namespace !== namespaceOf(channel)) return false;
      return app.allows(principal, action, nameOf(channel));
    };
    const names = [...this.#byNamespace.keys()];
    return new Map(names.map((name) => [name, definitionOf(stated[name] ?? CLOSED_NAMESPACE, policy)]));
  }

  /** What the node tells of clients and channels. */
  hooks(node: Node): AppHooks {
    return {
      opened: (session, { app }) => this.#byId.get(app)?.clients.opened(session),
      signedIn: (session, principal) => this.#byId.get(principal.app)?.clients.signedIn(session, principal),
      closed: (session, principal) => this.#byId.get(principal.app)?.clients.closed(session, principal),
      counted: (channel, subscribers) => {
        for (const each of this.#appsOf(channel)) each.counted(node, channel, subscribers);
      },
      present: (channel, user, isThere) => {
        for (const each of this.#appsOf(channel)) each.present(channel, user, isThere);
      },
      published: (channel, publication) => {
        for (const each of this.#appsOf(channel)) each.published(channel, publication);
      },
    };
  }

  /** The HTTP API of the apps' backends. */
  api(node: Node): PusherApi {
    const apps = [...this.#byId.values()].map(({ app }) => app);
    return new PusherApi(node, apps, this.#parts);
  }

  /** Who comes to `/app/<key>`. */
  admit(url: URL): Admission {
    const key = PATH.exec(url.pathname)?.[1];
    if (key === undefined) return refused(CODES.noPath);
    const version = url.searchParams.get('protocol');
    if (version === null || version === '') return refused(CODES.noVersion);
    if (!/^\d+$/.test(version)) return refused(CODES.invalidVersion);
    if (!VERSIONS.has(version)) return refused(CODES.unsupportedVersion);
    const found = this.#byKey.get(key);
    if (found === undefined) return refused(CODES.unknownApp);
    const { enabled, maxConnections } = found.app.settings;
    if (!enabled) return refused(CODES.appDisabled);
    if (maxConnections > 0 && found.clients.size >= maxConnections) return refused(CODES.connectionQuota);
    return { kind: 'admitted', connection: new PusherConnection(found.app, createSocketId(), found) };
  }

  /** What a client is told that may not begin a connection now. */
  turnAway(limit: TurnedAway['limit']): Extract<Admission, { kind: 'refused' }> {
    return refused(limit === 'draining' ? CODES.restarting : CODES.overCapacity);
  }

  #appsOf(channel: string): readonly AppWatch[] {
    return this.#byNamespace.get(namespaceOf(channel)) ?? [];
  }
}

function refused({ code, reason }: Code): Extract<Admission, { kind: 'refused' }> {
  return { kind: 'refused', frame: encodeError(reason, code), code, reason };
}

/** Two numbers with a dot between, which is what backends take for one. */
function createSocketId(): string {
  const [left, right] = crypto.getRandomValues(new Uint32Array(2));
  return `${left}.${right}`;
}
