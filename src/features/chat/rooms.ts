import type { chatContract, RoomSummary } from '../../contracts/chat/contract.ts';
import type { RoomEvent } from '../../contracts/chat/events.ts';
import type { Input } from '../../contracts/operation.ts';
import { ClientError } from '../../core/errors.ts';
import type { Person } from '../../core/operations/feature.ts';
import type { Handlers, UserContext } from '../../core/operations/operation.ts';
import { randomText } from '../../core/text/random-text.ts';
import type { Write } from '../../ports/log.ts';
import type { Span } from '../../ports/traces.ts';
import type { Parts } from './parts.ts';
import { checkManages } from './permissions.ts';

type RoomHandlers = Pick<Handlers<typeof chatContract>, 'rooms' | 'room' | 'createGroup' | 'openDirect' | 'rename'>;
type Created = Extract<RoomEvent, { type: 'created' }>;
type NewGroup = { readonly title: string; readonly users: readonly string[]; readonly creationKey: string };
type Group = Input<(typeof chatContract)['createGroup']>;
type Peer = Input<(typeof chatContract)['openDirect']>;

/** The parent span, if traced. */
type TracedParts = Parts & { readonly span?: Span | undefined };

const CREATION_KEY = 'UPDATE chat_rooms SET creation_key = ? WHERE id = ?';

/** Operations that list, create and change rooms. */
export function roomHandlers(parts: Parts): RoomHandlers {
  const { list, memberships, log, host, rates } = parts;
  return {
    rooms: ({ principal }, { after }) => list.page(principal.user, after),

    room: ({ principal }, { room }) => summaryOf(parts, room, principal.user),

    createGroup: async ({ principal, span }, input) => {
      if (principal.role === 'guest')
        throw new ClientError('permissionDenied', { message: 'guests cannot create groups' });
      return summaryOf(parts, await groupOf({ ...parts, span }, principal, input), principal.user);
    },

    openDirect: async ({ principal, span }, peer) => {
      const users = [...new Set([principal.user, await peerOf(parts, principal, peer)])];
      return summaryOf(parts, await directOf({ ...parts, span }, principal, users), principal.user);
    },

    rename: async ({ principal, span }, { room, title }) => {
      const { user } = principal;
      checkManages(await memberships.require(room, user));
      if ((await summaryOf(parts, room, user)).title === title) return {};
      await checkTitle(parts, title);
      rates.message(principal, room);
      await log.publish(room, { type: 'renamed', by: user, title, at: host.clock.now() }, { span });
      return {};
    },
  };
}

/** Throws `notFound` for non-members. */
export async function summaryOf({ list }: Parts, room: string, user: string): Promise<RoomSummary> {
  const summary = await list.one(user, room);
  if (summary === undefined) throw new ClientError('notFound', { message: 'no such room' });
  return summary;
}

/** Creates a group owned by the first of `users`; undefined if one with this creation key exists. */
export async function createGroup(
  parts: TracedParts,
  { title, users, creationKey }: NewGroup,
): Promise<string | undefined> {
  const [by = ''] = users;
  const event: Created = { type: 'created', by, kind: 'group', title, users, at: parts.host.clock.now() };
  return create(parts, event, (room) => [{ sql: CREATION_KEY, params: [creationKey, room] }]);
}

/** Throws `invalidInput` if one of the ids is not an active person. */
export async function checkPeople(
  { people }: Parts,
  ids: readonly string[],
  field: string,
): Promise<readonly Person[]> {
  if (ids.length === 0) return [];
  const found = await people.byIds(ids);
  const known = new Set(found.map(({ id }) => id));
  const unknown = ids.find((id) => !known.has(id));
  if (unknown !== undefined) throw new ClientError('invalidInput', { field, message: `no such person: ${unknown}` });
  return found;
}

type Adding = { readonly by: string; readonly ids: readonly string[]; readonly field: string };

/** Like `checkPeople`; throws `permissionDenied` if one of them accepts no strangers, and `by` is one. */
export async function checkAddable(parts: Parts, { by, ids, field }: Adding): Promise<void> {
  const found = await checkPeople(parts, ids, field);
  const shy = found.filter(({ id, refusesStrangers }) => refusesStrangers && id !== by).map(({ id }) => id);
  if (shy.length === 0) return;
  const known = await parts.rooms.peopleSharingRoom(by, shy);
  if (shy.every((id) => known.has(id))) return;
  const message = 'only people who share a chat with this person may do this';
  throw new ClientError('permissionDenied', { field, message });
}

/** Throws `invalidInput` for a title that looks like a person's handle. */
async function checkTitle({ people }: Parts, title: string): Promise<void> {
  if (!(await people.imitates(title))) return;
  throw new ClientError('invalidInput', { field: 'title', message: "looks like another person's handle" });
}

async function create(
  { log, announcements, span }: TracedParts,
  event: Created,
  more: (room: string) => readonly Write[],
): Promise<string | undefined> {
  const room = randomText(16);
  if (!(await log.tryPublish(room, event, { writes: more(room), span }))) return undefined;
  announcements.entered(room, event.users);
  return room;
}

async function groupOf(
  parts: TracedParts,
  principal: UserContext['principal'],
  { title, members, key }: Group,
): Promise<string> {
  const { user } = principal;
  const users = [...new Set([user, ...members])];
  const creationKey = `${user}:${key}`;
  const known = await parts.rooms.byCreationKey(creationKey);
  if (known !== undefined) return sameGroup(parts, known, { title, users });
  await checkTitle(parts, title);
  await checkAddable(parts, { by: user, ids: users.slice(1), field: 'members' });
  parts.rates.room(principal, users.slice(1));
  const made = await createGroup(parts, { title, users, creationKey });
  if (made !== undefined) return made;
  const first = await parts.rooms.byCreationKey(creationKey);
  if (first === undefined) throw new ClientError('conflict');
  return sameGroup(parts, first, { title, users });
}

/** The group created first with a key, if it is the one requested now. */
async function sameGroup(
  { log }: Parts,
  room: string,
  { title, users }: { readonly title: string; readonly users: readonly string[] },
): Promise<string> {
  const first = await log.eventAt(room, 1);
  const same = first?.type === 'created' && first.title === title && first.users.join() === users.join();
  if (same) return room;
  throw new ClientError('conflict', { field: 'key', message: 'this key was used for another group' });
}

async function peerOf(parts: Parts, { user, role }: UserContext['principal'], peer: Peer): Promise<string> {
  const id = 'user' in peer ? peer.user : (await parts.people.byHandle(peer.handle))?.id;
  if (id === undefined) throw new ClientError('notFound', { field: 'handle', message: 'no such person' });
  const mayMeet = role !== 'guest' || id === user || (await parts.rooms.share(user, id));
  if (mayMeet) return id;
  throw new ClientError('permissionDenied', { message: 'guests can only write to people they share a room with' });
}

/** Of two concurrent calls, both get the chat that was created first (CH6). */
async function directOf(
  parts: TracedParts,
  principal: UserContext['principal'],
  users: readonly string[],
): Promise<string> {
  const known = await parts.rooms.direct(users);
  if (known !== undefined) return known;
  const [by = ''] = users;
  await checkAddable(parts, { by, ids: users.slice(1), field: 'user' });
  parts.rates.room(principal, users.slice(1));
  const event: Created = { type: 'created', by, kind: 'direct', title: '', users, at: parts.host.clock.now() };
  const room = (await create(parts, event, () => [])) ?? (await parts.rooms.direct(users));
  if (room === undefined) throw new ClientError('conflict');
  return room;
}
