import { me } from '../../contracts/accounts/contract.ts';
import type { Principal } from '../../core/access/principal.ts';
import { ClientError } from '../../core/errors.ts';
import { AVATAR_TYPES } from '../../core/operations/avatars.ts';
import type { People, Upload } from '../../core/operations/feature.ts';
import type { Parts } from './parts.ts';
import { changeAvatar } from './profiles.ts';
import { meOf } from './sign-in.ts';

export const AVATAR_UPLOAD: Upload = {
  name: 'accounts.avatar',
  summary: "Replaces the caller's picture, at most 5 MB.",
  query: {},
  takes: AVATAR_TYPES,
  output: me,
};

/** Handles an upload of a person's picture; returns undefined for other requests. Throws `ClientError`. */
export async function avatarRoute(
  parts: Parts & { readonly people: Pick<People, 'confirm'> },
  request: Request,
  principal: Principal,
): Promise<Response | undefined> {
  if (request.method !== 'POST' || new URL(request.url).pathname !== `/api/v1/${AVATAR_UPLOAD.name}`) return undefined;
  if (principal.kind !== 'user') throw new ClientError('unauthorized');
  const changed = await parts.host.avatars.receive(request, principal.user, async (avatar) => {
    await parts.people.confirm(principal);
    return changeAvatar(parts, principal.user, avatar);
  });
  return Response.json(meOf(changed, principal.device));
}
