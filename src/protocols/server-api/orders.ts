import type { ServerSubscription } from '../../core/bus/node-messages.ts';
import type { Node } from '../../core/node/node.ts';
import { subscribeOverrideOf } from '../../core/sessions/subscribe-override.ts';
import { dataOf, textOf } from './payload.ts';
import type { Handlers, Params } from './requests.ts';

type Order = 'subscribe' | 'unsubscribe' | 'disconnect' | 'refresh';

/** Orders of a backend about its users' connections. `own` returns a channel that is not a feature's, or throws. */
export function createOrders(node: Node, own: (channel: string) => string): Pick<Handlers, Order> {
  return {
    subscribe: async (params) => {
      const channel = own(params.channel);
      node.orderExternal(params.user, { kind: 'subscribe', channel, ...whichOf(params), given: givenOf(params) });
      return {};
    },
    unsubscribe: async (params) => {
      const { user, channel } = params;
      const from = channel === undefined ? {} : { channel: own(channel) };
      node.orderExternal(user, { kind: 'unsubscribe', ...from, ...whichOf(params) });
      return {};
    },
    disconnect: async (params) => {
      const { user, whitelist: except, disconnect: ending } = params;
      const order = { kind: 'disconnect', except, ...(ending !== undefined && { ending }) } as const;
      node.orderExternal(user, { ...order, ...whichOf(params) });
      return {};
    },
    refresh: async (params) => {
      const { user, expired, info } = params;
      const order = {
        kind: 'refresh',
        ...endOf(params),
        ...(info !== undefined && { info: info.text }),
      } as const;
      node.orderExternal(user, { ...(expired ? ({ kind: 'expire' } as const) : order), ...whichOf(params) });
      return {};
    },
  };
}

function whichOf({ client, session }: Pick<Params<'unsubscribe'>, 'client' | 'session'>) {
  return { ...(client !== undefined && { client }), ...(session !== undefined && { session }) };
}

function givenOf(params: Params<'subscribe'>): ServerSubscription {
  const { info, b64info, recover_since: since, override } = params;
  const shown = b64info === undefined ? info?.text : textOf(b64info, 'b64info');
  return {
    ...endOf(params),
    ...(shown !== undefined && { info: shown }),
    ...((params.data !== undefined || params.b64data !== undefined) && { data: dataOf(params) }),
    ...(since !== undefined && { since }),
    ...(override !== undefined && { override: subscribeOverrideOf(override) }),
  };
}

function endOf({ expire_at: end }: { readonly expire_at: number }): { readonly expiresAt?: number } {
  return end === 0 ? {} : { expiresAt: end * 1_000 };
}
