import { type chatContract, roomSummary } from '../../contracts/chat/contract.ts';
import type { Principal } from '../../core/access/principal.ts';
import { ClientError } from '../../core/errors.ts';
import { AVATAR_TYPES } from '../../core/operations/avatars.ts';
import type { Upload } from '../../core/operations/feature.ts';
import type { Handlers } from '../../core/operations/operation.ts';
import type { Span } from '../../ports/traces.ts';
import type { Parts } from './parts.ts';
import { checkManages } from './permissions.ts';
import { summaryOf } from './rooms.ts';

export const AVATAR_UPLOAD: Upload = {
  name: 'chat.avatar',
  summary: "Replaces a group's picture, at most 5 MB. For its owner and admins.",
  query: { room: "The group's id." },
  takes: AVATAR_TYPES,
  output: roomSummary,
};

type Change = {
  readonly room: string;
  readonly user: string;
  readonly avatar: string | null;
  readonly span?: Span | undefined;
};

export function avatarHandlers(parts: Parts): Pick<Handlers<typeof chatContract>, 'removeAvatar'> {
  return {
    removeAvatar: async ({ principal: { user }, span }, { room }) => {
      await checkMayChange(parts, room, user);
      await change(parts, { room, user, avatar: null, span });
      return {};
    },
  };
}

/** Handles an upload of a group's picture, and returns the room; undefined for other requests. Throws `ClientError`. */
export async function avatarRoute(parts: Parts, request: Request, principal: Principal): Promise<Response | undefined> {
  const { pathname, searchParams } = new URL(request.url);
  if (request.method !== 'POST' || pathname !== `/api/v1/${AVATAR_UPLOAD.name}`) return undefined;
  if (principal.kind !== 'user') throw new ClientError('unauthorized');
  const { user } = principal;
  const room = searchParams.get('room') ?? '';
  if (room === '') throw new ClientError('invalidInput', { field: 'room', message: 'must be the id of a group' });
  // Checked before the body is read, so that others cannot upload.
  await checkMayChange(parts, room, user);
  await parts.host.avatars.receive(request, user, async (avatar) => {
    await parts.people.confirm(principal);
    await checkMayChange(parts, room, user);
    await change(parts, { room, user, avatar });
  });
  return Response.json(await summaryOf(parts, room, user));
}

async function checkMayChange({ memberships }: Parts, room: string, user: string): Promise<void> {
  checkManages(await memberships.require(room, user));
}

function change(parts: Parts, { room, user, avatar, span }: Change): Promise<void> {
  const { host, log } = parts;
  return host.avatars.replace(async () => {
    const last = (await summaryOf(parts, room, user)).avatar;
    if (last === avatar) return;
    await log.publish(room, { type: 'pictured', by: user, avatar, at: host.clock.now() }, { span });
    if (last !== null) await host.avatars.remove(last);
  });
}
