import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { ClientError } from '../../src/core/errors.ts';
import { type Person, World } from './world.ts';

const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

let world: World;
let ann: Person;
let ben: Person;
let cy: Person;
let room: string;

beforeAll(async () => {
  world = new World();
  [ann, ben, cy] = await world.people('ann', 'ben', 'cy');
  room = await ann.group('Tea', ben);
});
afterAll(() => world.close());

/** The response's status, or the error it was refused with. */
async function upload(person: Person, into: string, body: Uint8Array | ReadableStream = PIXEL): Promise<string> {
  const url = `http://localhost/api/v1/chat.avatar${into}`;
  try {
    const response = await world.chat.route?.(new Request(url, { method: 'POST', body }), person.principal);
    return String(response?.status ?? 'not ours');
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    return error.field === undefined ? error.kind : `${error.kind} ${error.field}`;
  }
}

const pictureOf = async (person: Person) => (await person.call('chat.room', { room })).avatar;

test('a group has a picture that all members see, live and in the list', async () => {
  const connection = await ben.connect();
  expect(await upload(ann, `?room=${room}`)).toBe('200');
  const avatar = await pictureOf(ben);
  expect(avatar).toMatch(/^[a-z2-9]{20}\.webp$/);
  await connection.publication(`room:${room}`, (event: { type: string; avatar: string }) => event.avatar === avatar);
  const shown = await world.avatars.route(new Request(`http://localhost/files/avatars/${avatar}`), ben.principal);
  expect(shown?.status).toBe(200);
});

test('a new picture replaces the old one and deletes its file; it can be removed', async () => {
  const first = await pictureOf(ann);
  await upload(ann, `?room=${room}`);
  const second = await pictureOf(ann);
  expect(second).not.toBe(first);
  const look = (name: string | null) =>
    world.avatars.route(new Request(`http://localhost/files/avatars/${name}`), ann.principal);
  expect(look(first)).rejects.toMatchObject({ kind: 'notFound' });
  expect(await ann.call('chat.removeAvatar', { room })).toEqual({});
  expect(await pictureOf(ben)).toBeNull();
  expect(look(second)).rejects.toMatchObject({ kind: 'notFound' });
  const top = (await ann.call('chat.room', { room })).top;
  await ann.call('chat.removeAvatar', { room });
  expect((await ann.call('chat.room', { room })).top).toBe(top);
});

test('DA10 concurrent uploads leave one file, that of the last one', async () => {
  const before = world.blobs.size;
  expect(await Promise.all(Array.from({ length: 5 }, () => upload(ann, `?room=${room}`)))).toEqual(
    Array(5).fill('200'),
  );
  expect(world.blobs.size).toBe(before + 1);
  await ann.call('chat.removeAvatar', { room });
  expect(world.blobs.size).toBe(before);
});

test('CH2 PE1 only owner and admins can change it', async () => {
  expect(await upload(ben, `?room=${room}`)).toBe('permissionDenied');
  expect(await ben.refusal('chat.removeAvatar', { room })).toBe('permissionDenied');
  expect(await upload(cy, `?room=${room}`)).toBe('notFound');
  const direct = (await ann.call('chat.openDirect', { user: ben.id })).id;
  expect(await upload(ann, `?room=${direct}`)).toBe('permissionDenied');
});

test('a file that is not a picture and an unknown room are refused', async () => {
  expect(await upload(ann, `?room=${room}`, Buffer.from('<svg/>'))).toBe('invalidInput');
  expect(await upload(ann, '')).toBe('invalidInput room');
  expect(await upload(ann, '?room=x')).toBe('notFound');
});

describe('PE3 a person who loses the right during the upload', () => {
  /** Sends the picture except its last byte, runs `change`, then sends the last byte. */
  async function slowly(person: Person, meanwhile: () => Promise<unknown>): Promise<string> {
    const [start, end] = [PIXEL.subarray(0, -1), PIXEL.subarray(-1)];
    let parts = 0;
    const body = new ReadableStream({
      pull: async (controller) => {
        parts += 1;
        if (parts === 1) return controller.enqueue(start);
        await meanwhile();
        controller.enqueue(end);
        controller.close();
      },
    });
    return upload(person, `?room=${room}`, body);
  }
  const files = () => world.blobs.size;

  test('as a group admin, changes nothing and leaves no file', async () => {
    await ann.call('chat.setMemberRole', { room, user: ben.id, role: 'admin' });
    const before = [await pictureOf(ann), files()];
    const demote = () => ann.call('chat.setMemberRole', { room, user: ben.id, role: 'member' });
    expect(await slowly(ben, demote)).toBe('permissionDenied');
    expect([await pictureOf(ann), files()]).toEqual(before);
  });

  test('as a person, changes nothing and leaves no file', async () => {
    await ann.call('chat.setMemberRole', { room, user: ben.id, role: 'admin' });
    const before = [await pictureOf(ann), files()];
    expect(await slowly(ben, () => world.setDisabled(ben, true))).toBe('unauthorized');
    expect([await pictureOf(ann), files()]).toEqual(before);
  });
});
