import type { AppSettings } from '../../contracts/app-settings.ts';
import type { AppHooks } from '../../core/access/apps.ts';
import type { Jobs } from '../../core/jobs/jobs.ts';
import type { RefusedArrival } from '../../core/limits/arrivals.ts';
import type { Node } from '../../core/node/node.ts';
import type { Protocol } from '../../core/protocol/protocol.ts';
import { Apps, type AppsParts } from './apps.ts';
import { CODES, type Code } from './codes.ts';
import { PusherConnection, pusherForAll } from './connection.ts';
import { encodeError } from './encode.ts';
import { PusherApi } from './http-api.ts';
import { type DeliveryParts, deliver, WEBHOOK_PAUSES, WEBHOOK_QUEUE } from './webhooks.ts';

export type PusherParts = AppsParts & Pick<DeliveryParts, 'webClient' | 'traces'>;

/** An accepted client, or the reason for its refusal, which can be sent only once its socket is open. */
export type Admission =
  | { readonly kind: 'admitted'; readonly connection: PusherConnection }
  | { readonly kind: 'refused'; readonly frame: string; readonly code: number; readonly reason: string };

const PATH = /^\/app\/([^/]+)$/;
/** Supported protocol versions, which do not differ in anything relevant here. */
const VERSIONS: ReadonlySet<string> = new Set(['5', '6', '7']);

/**
 * The Pusher protocol for the operator's and the owner's apps.
 * https://pusher.com/docs/channels/library_auth_reference/pusher-websockets-protocol/
 */
export class Pusher {
  readonly protocol: Protocol = pusherForAll;
  readonly apps: Apps;
  readonly #parts: PusherParts;

  constructor(configured: readonly AppSettings[], parts: PusherParts) {
    this.#parts = parts;
    this.apps = new Apps(configured, parts);
  }

  /** True if there is an app. */
  get isOn(): boolean {
    return this.apps.size > 0;
  }

  /** Registers webhook delivery with `jobs`, with this many attempts each. */
  deliverBy(jobs: Jobs, attempts: number): void {
    const parts = { ...this.#parts, appOf: (id: string) => this.apps.get(id)?.app };
    jobs.handle(WEBHOOK_QUEUE, { worker: (work) => deliver(work, parts), retry: { attempts, ...WEBHOOK_PAUSES } });
  }

  /** The node's events about clients and channels. */
  hooks(node: Node): AppHooks {
    const { apps } = this;
    return {
      opened: (session, { app: id }) => {
        const watch = apps.get(id);
        watch?.clients.opened(session);
        // The app was removed or disabled while it connected.
        if (watch?.app.settings.enabled !== true) session.close('forceDisconnect');
      },
      signedIn: (session, principal) => apps.get(principal.app)?.clients.signedIn(session, principal),
      closed: (session, principal) => apps.get(principal.app)?.clients.closed(session, principal),
      counted: (channel, subscribers) => {
        for (const each of apps.ofChannel(channel)) each.counted(node, channel, subscribers);
      },
      present: (channel, user, isThere) => {
        for (const each of apps.ofChannel(channel)) each.present(channel, user, isThere);
      },
      published: (channel, publication) => {
        for (const each of apps.ofChannel(channel)) each.published(channel, publication);
      },
    };
  }

  /** The HTTP API of the apps' backends. */
  api(node: Node): PusherApi {
    return new PusherApi(node, this.apps, this.#parts);
  }

  /** Accepts or refuses a connection to `/app/<key>`. */
  admit(url: URL): Admission {
    const key = PATH.exec(url.pathname)?.[1];
    if (key === undefined) return refused(CODES.noPath);
    const version = url.searchParams.get('protocol');
    if (version === null || version === '') return refused(CODES.noVersion);
    if (!/^\d+$/.test(version)) return refused(CODES.invalidVersion);
    if (!VERSIONS.has(version)) return refused(CODES.unsupportedVersion);
    const found = this.apps.byKey(key);
    if (found === undefined) return refused(CODES.unknownApp);
    const { enabled, maxConnections } = found.app.settings;
    if (!enabled) return refused(CODES.appDisabled);
    if (maxConnections > 0 && found.clients.size >= maxConnections) return refused(CODES.connectionQuota);
    return { kind: 'admitted', connection: new PusherConnection(found.app, createSocketId(), found) };
  }

  /** The error for a client that cannot connect now. */
  refuseConnection(limit: RefusedArrival['limit']): Extract<Admission, { kind: 'refused' }> {
    return refused(limit === 'draining' ? CODES.restarting : CODES.overCapacity);
  }
}

function refused({ code, reason }: Code): Extract<Admission, { kind: 'refused' }> {
  return { kind: 'refused', frame: encodeError(reason, code), code, reason };
}

/** Two numbers separated by a dot, the format backends expect. */
function createSocketId(): string {
  const [left, right] = crypto.getRandomValues(new Uint32Array(2));
  return `${left}.${right}`;
}
