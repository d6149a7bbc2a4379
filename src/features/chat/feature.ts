import { chatContract } from '../../contracts/chat/contract.ts';
import { roomChannel } from '../../contracts/chat/events.ts';
import type { Feature, FeatureHost, People } from '../../core/operations/feature.ts';
import { bindOperations, type Handlers } from '../../core/operations/operation.ts';
import { enterDefaultRoom } from './default-room.ts';
import { AVATAR_UPLOAD, avatarHandlers, avatarRoute } from './group-avatar.ts';
import { inviteHandlers } from './invites.ts';
import { memberHandlers } from './members.ts';
import { messageHandlers } from './messages.ts';
import { type ChatSettings, createParts } from './parts.ts';
import { roomPolicy } from './permissions.ts';
import { LIVE_ROOMS } from './quiet-rooms.ts';
import { readingHandlers } from './reading.ts';
import { roomHandlers } from './rooms.ts';

/** The chat feature: rooms, members, messages, history, read marks. */
export function createChat(host: FeatureHost, people: People, settings: ChatSettings): Feature {
  const parts = createParts(host, people, settings);
  const policy = roomPolicy(parts.memberships);
  const handlers: Handlers<typeof chatContract> = {
    ...roomHandlers(parts),
    ...avatarHandlers(parts),
    ...memberHandlers(parts),
    ...inviteHandlers(parts),
    ...messageHandlers(parts),
    ...readingHandlers(parts),
  };
  return {
    name: 'chat',
    policies: { room: policy, live: policy },
    operations: bindOperations(chatContract, handlers),
    uploads: [AVATAR_UPLOAD],
    route: (request, principal) => avatarRoute(parts, request, principal),
    serverChannels: async (principal) => {
      if (principal.kind !== 'user') return [];
      return (await parts.list.newest(principal.user, LIVE_ROOMS)).map(roomChannel);
    },
    onRegistered: (person) => enterDefaultRoom(parts, person),
  };
}
