import PusherServer from 'pusher';
import PusherClient, { type Channel, type Options, type PresenceChannel } from 'pusher-js';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';

export const APP = { id: '3', key: '278d425bdf160c739803', secret: '7ad3773142a6692b25b8' };
const MASTER_KEY = btoa('thirty-two bytes of a master key');

/** Any arguments of listeners. */
type Binds = { bind(name: string, listener: (event: never) => void): unknown; unbind(name: string): unknown };

/** A real server with an app, its backend and its clients; all except the server are unmodified npm packages. */
export class PusherWorld {
  readonly server: BanyanProcess;
  readonly backend: PusherServer;
  readonly #clients: PusherClient[] = [];

  private constructor(server: BanyanProcess) {
    this.server = server;
    this.backend = this.backendOf(APP);
  }

  /** `apps` in addition to the usual one, or replacing it. */
  static async start(
    apps: readonly object[] = [APP],
    env: Readonly<Record<string, string>> = {},
  ): Promise<PusherWorld> {
    return new PusherWorld(await startBanyan({ BANYAN_PUSHER_APPS: JSON.stringify(apps), ...env }));
  }

  backendOf({ id, key, secret }: typeof APP): PusherServer {
    const { hostname: host, port } = new URL(this.server.url);
    return new PusherServer({
      appId: id,
      key,
      secret,
      host,
      port,
      useTLS: false,
      encryptionMasterKeyBase64: MASTER_KEY,
    });
  }

  /** A client whose backend authorizes it everywhere, in presence channels as `user`. */
  client(user = 'nobody', options: Partial<Options> = {}, key = APP.key): PusherClient {
    const { hostname: wsHost, port } = new URL(this.server.url);
    const { backend } = this;
    const client = new PusherClient(key, {
      ...{ cluster: '', wsHost, wsPort: Number(port), forceTLS: false, enabledTransports: ['ws'] },
      channelAuthorization: {
        ...{ transport: 'ajax', endpoint: '' },
        customHandler: ({ socketId, channelName }, callback) => {
          const member = { user_id: user, user_info: { name: user.toUpperCase() } };
          const shown = channelName.startsWith('presence-') ? member : undefined;
          callback(null, backend.authorizeChannel(socketId, channelName, shown) as never);
        },
      },
      userAuthentication: {
        ...{ transport: 'ajax', endpoint: '' },
        customHandler: ({ socketId }, callback) =>
          callback(null, backend.authenticateUser(socketId, { id: user, watchlist: ['ann', 'ben'] })),
      },
      ...options,
    });
    this.#clients.push(client);
    return client;
  }

  async connected(user?: string, options?: Partial<Options>): Promise<PusherClient> {
    const client = this.client(user, options);
    await next(client.connection, 'connected');
    return client;
  }

  /** A client that is connected and subscribed to the channel. */
  async subscribed(name: string, user?: string): Promise<{ readonly client: PusherClient; readonly channel: Channel }> {
    const client = await this.connected(user);
    return { client, channel: await subscribe(client, name) };
  }

  hangUp(): void {
    for (const client of this.#clients.splice(0)) client.disconnect();
  }
}

export async function subscribe(client: PusherClient, name: string): Promise<PresenceChannel> {
  const channel = client.subscribe(name) as PresenceChannel;
  await next(channel, 'pusher:subscription_succeeded');
  return channel;
}

/** The next event of a kind; the error names the event if it does not arrive. */
// biome-ignore lint/suspicious/noExplicitAny: what is in an event is what the tests are about.
export function next(target: Binds, name: string): Promise<any> {
  return new Promise((resolve, reject) => {
    const given = setTimeout(() => reject(new Error(`no "${name}" came`)), 10_000);
    target.bind(name, (event: unknown) => {
      clearTimeout(given);
      resolve(event);
    });
  });
}

/** Collects events in arrival order: names and data. */
export function heardBy(channel: Channel): [event: string, data: unknown][] {
  const heard: [string, unknown][] = [];
  channel.bind_global((event: string, data: unknown) => {
    if (!event.startsWith('pusher')) heard.push([event, data]);
  });
  return heard;
}
