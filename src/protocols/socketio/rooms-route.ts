import type { Principal } from '../../core/access/principal.ts';
import { DisconnectError } from '../../core/disconnects.ts';
import { ClientError } from '../../core/errors.ts';
import type { Node } from '../../core/node/node.ts';
import { channelOf } from './dialect.ts';
import { messageOf } from './encode.ts';

/** `/api/rooms/<room>/messages`. */
const ROOM_SEGMENT = 3;
const NEWEST = 100;

/**
 * `GET /api/rooms/<room>/messages`: its newest 100 messages, oldest first, each as in `new_message`. Authenticated by
 * cookie, or by `Authorization: Bearer <connection token>`. Throws `ClientError`.
 */
export async function answerRooms(node: Node, request: Request, principal: Principal): Promise<Response> {
  const room = decoded(new URL(request.url).pathname.split('/')[ROOM_SEGMENT] ?? '');
  const channel = channelOf(room);
  await node.permissions.check(await callerOf(node, request, principal), 'readHistory', channel);
  const limit = Math.min(NEWEST, node.limits.history);
  const { publications } = await node.read(channel, { limit, reverse: true });
  const messages = publications.toReversed().map((publication) => messageOf(room, publication));
  return new Response(`{"room":${JSON.stringify(room)},"messages":[${messages.join()}]}`, {
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
  });
}

async function callerOf(node: Node, { headers }: Request, principal: Principal): Promise<Principal> {
  const [, token] = /^Bearer (\S+)$/i.exec(headers.get('Authorization') ?? '') ?? [];
  const asking = token === undefined ? principal : await principalOf(node, token);
  if (asking.kind === 'anonymous' && !node.limits.anonymous) throw new ClientError('unauthorized');
  return asking;
}

async function principalOf(node: Node, token: string): Promise<Principal> {
  try {
    return (await node.verifyToken(token)).principal;
  } catch (error) {
    throw error instanceof DisconnectError ? new ClientError('unauthorized') : error;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ClientError('badRequest', { field: 'room', message: 'is not valid text' });
  }
}
