import fc from 'fast-check';
import type { Person, World } from './world.ts';

const KINDS = [
  ...['group', 'direct', 'say', 'say', 'say', 'reply', 'resend', 'edit', 'recall', 'react', 'react', 'unreact'],
  ...['rename', 'add', 'remove', 'promote', 'leave', 'invite', 'join', 'revoke', 'read', 'wait'],
] as const;

/** A random action; the numbers choose the person and the target. */
export type Act = {
  readonly kind: (typeof KINDS)[number];
  readonly who: number;
  readonly whom: number;
  readonly room: number;
  readonly what: number;
};

export const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.record({ kind: fc.constantFrom(...KINDS), who: fc.nat(3), whom: fc.nat(3), room: fc.nat(3), what: fc.nat(30) }),
  { minLength: 40, maxLength: 80, size: 'max' },
);

const EMOJI = ['👍', '🎉', '🌳'];
const ROLES = ['owner', 'admin', 'member'] as const;

/** Rejects as the operation does. */
export async function perform(world: World, people: readonly Person[], act: Act): Promise<unknown> {
  const [who, whom] = [pick(people, act.who), pick(people, act.whom)];
  if (act.kind === 'wait') {
    world.clock.time += act.what * 10_000;
    return undefined;
  }
  if (act.kind === 'group') {
    const input = { title: `Room ${act.what}`, members: [whom.id], key: `group-key-${act.what % 3}` };
    return who.call('chat.createGroup', input);
  }
  if (act.kind === 'direct') return who.call('chat.openDirect', { user: whom.id });
  // Sometimes a person tries a room they are not in.
  const { rooms } = await pick(people, act.what % 9 === 0 ? act.whom : act.who).call('chat.rooms', {});
  const found = rooms[act.room % Math.max(1, rooms.length)];
  if (found === undefined) return undefined;
  // Mostly the last messages, so that actions collide.
  const offset = Math.max(1, (found.lastMessage?.offset ?? found.top) - (act.what % 4));
  return inRoom({ world, who, whom, room: found.id, offset }, act);
}

type Scene = {
  readonly world: World;
  readonly who: Person;
  readonly whom: Person;
  readonly room: string;
  readonly offset: number;
};

async function inRoom({ world, who, whom, room, offset }: Scene, { kind, what }: Act): Promise<unknown> {
  switch (kind) {
    case 'say':
      return who.say(room, `says ${what}`);
    case 'reply':
      return who.say(room, `replies ${what}`, offset);
    case 'resend':
      return who.call('chat.send', { room, key: `send-key-${what % 3}`, text: `sends ${what % 2}` });
    case 'edit':
      return who.call('chat.edit', { room, offset, text: `edited ${what}` });
    case 'recall':
      return who.call('chat.recall', { room, offset });
    case 'react':
    case 'unreact':
      return who.call('chat.react', { room, offset, emoji: pick(EMOJI, what), on: kind === 'react' });
    case 'rename':
      return who.call('chat.rename', { room, title: `Room ${what}` });
    case 'add':
      return who.call('chat.addMembers', { room, users: [whom.id] });
    case 'remove':
      return who.call('chat.removeMember', { room, user: whom.id });
    case 'promote':
      return who.call('chat.setMemberRole', { room, user: whom.id, role: pick(ROLES, what) });
    case 'leave':
      return who.call('chat.leave', { room });
    case 'invite':
      return who.call('chat.createInvite', { room, expiresInHours: 1, uses: 1 + (what % 2) });
    case 'join':
      return whom.call('chat.joinByInvite', { code: await someCode(world, room) });
    case 'revoke':
      return who.call('chat.revokeInvite', { room, code: await someCode(world, room) });
    case 'read':
      return who.call('chat.read', { room, offset });
    default:
      throw new Error(`${kind} does not happen in a room`);
  }
}

async function someCode(world: World, room: string): Promise<string> {
  const [invite] = await world.rows('SELECT code FROM chat_invites WHERE room_id = ?', room);
  return String(invite?.code ?? 'no-such-code');
}

function pick<T>(from: readonly T[], index: number): T {
  return from[index % from.length] as T;
}
