import type { ConnectionInfo, consoleContract } from '../../contracts/console/contract.ts';
import { type Principal, userOf } from '../../core/access/principal.ts';
import type { ConnectionKey } from '../../core/node/inspection.ts';
import { audit } from '../../core/operations/audit.ts';
import type { Handlers } from '../../core/operations/operation.ts';
import type { Session } from '../../core/sessions/session.ts';
import { type Cursors, edgeOf, placeOf } from './pages.ts';
import type { Parts } from './parts.ts';

type ConnectionHandlers = Pick<
  Handlers<typeof consoleContract>,
  'connections' | 'connection' | 'disconnect' | 'disconnectUser'
>;

/** How many channels of a connection are listed. */
const SHOWN_CHANNELS = 200;

const CURSORS: Cursors<ConnectionKey> = {
  write: ({ openedAt, client }) => [openedAt, client],
  read: ([openedAt, client]) => (typeof openedAt === 'number' ? { openedAt, client } : undefined),
};

/** Operations that list and close connections. */
export function connectionHandlers(parts: Parts): ConnectionHandlers {
  const { people, inspection, host } = parts;
  return {
    connections: async (_context, { text, limit, ...asked }) => {
      const edge = edgeOf(asked, CURSORS);
      // People use handles; connections have ids.
      const user = text === '' ? undefined : (await people.byHandle(text.replace(/^@/, '')))?.id;
      const page = await inspection.connections({ text, user, limit, edge });
      return { connections: page.items.map(infoOf), ...placeOf(page, CURSORS) };
    },

    connection: async (_context, { client }) => {
      const session = await inspection.connection(client);
      if (session === undefined) return { connection: null };
      return { connection: { ...infoOf(session), channels: firstOf(session.subscriptions.channels, SHOWN_CHANNELS) } };
    },

    disconnect: async (context, { client }) => {
      const session = await inspection.connection(client);
      if (session === undefined) return { ended: 0 };
      audit(parts.host, context, { event: 'console.disconnected', client, user: userOf(session.principal) });
      session.close('forceDisconnect');
      return { ended: 1 };
    },

    disconnectUser: async (context, { kind, user, app }) => {
      const ended = await inspection.countOf(principalOf(kind, user, app));
      audit(parts.host, context, {
        event: 'console.user_disconnected',
        kind,
        user,
        ...(kind === 'app' && { app }),
        ended,
      });
      // Through the bus: other nodes may have some too.
      if (kind === 'user') host.channels.disconnectUser(user, 'forceDisconnect');
      else if (kind === 'external') inspection.node.orderExternal(user, { kind: 'disconnect' });
      else inspection.node.orderAppUser(app, user, { kind: 'disconnect' });
      return { ended };
    },
  };
}

/** All connections of the same user as this one. */
function principalOf(kind: 'user' | 'external' | 'app', user: string, app: string): Principal {
  switch (kind) {
    case 'user':
      return { kind, user, role: 'member', device: '' };
    case 'external':
      return { kind, user };
    case 'app':
      return { kind, user, app, client: '' };
    default:
      return kind satisfies never;
  }
}

function firstOf(names: Iterable<string>, limit: number): string[] {
  const first: string[] = [];
  for (const name of names) if (first.push(name) === limit) break;
  return first.sort();
}

function infoOf(session: Session): ConnectionInfo {
  const { client, principal, protocol, connection, address, openedAt, lastSeen, isConnected } = session;
  const app = principal.kind === 'app' ? principal.app : '';
  return {
    ...{ client, address, openedAt, isConnected },
    owner: { kind: principal.kind, user: userOf(principal), app },
    protocol: protocol.name,
    isStream: connection.streamKey !== undefined,
    lastSeenAt: lastSeen,
    subscriptions: session.subscriptions.size,
    backlog: session.backlog,
  };
}
