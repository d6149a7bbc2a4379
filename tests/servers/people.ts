import { type Client, type ClientOptions, createClient } from '../../client/client.ts';
import type { BanyanProcess } from './banyan.ts';

const PASSWORD = 'nine ivies climb the wall';

/** A person with a device: it keeps and sends cookies as a browser does. */
export type Person = { readonly id: string; readonly cookie: () => string };

/** Registers a person with an invitation code. */
export async function register({ url }: BanyanProcess, handle: string, invite: string): Promise<Person> {
  let cookie = '';
  const client = createClient({
    url,
    fetch: async (to, init) => {
      const response = await fetch(to, init);
      cookie =
        response.headers
          .getSetCookie()
          .map((line) => line.split(';')[0])
          .join('; ') || cookie;
      return response;
    },
  });
  const { id } = await client.call('accounts.register', { handle, password: PASSWORD, invite });
  return { id, cookie: () => cookie };
}

/** A client on the person's device, not yet connected. */
export function clientOf({ url }: BanyanProcess, { cookie }: Person, options: Partial<ClientOptions> = {}): Client {
  const headers = { Cookie: cookie() };
  class WebSocketWithCookie extends WebSocket {
    constructor(to: string) {
      // Bun's WebSocket accepts headers; a browser's, as the types of the journeys declare it, does not.
      super(to, { headers } as unknown as string[]);
    }
  }
  return createClient({
    url,
    webSocket: WebSocketWithCookie,
    fetch: (to, init) => fetch(to, { ...init, headers: { ...(init.headers as Record<string, string>), ...headers } }),
    ...options,
  });
}
