import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { EMOJI_LIMIT, MESSAGE_LIMIT, REACTION_LIMIT } from '../../src/contracts/chat/limits.ts';
import { type Person, RECALL_MS, World } from './world.ts';

let world: World;
let ann: Person;
let ben: Person;
let cy: Person;
let room: string;

beforeAll(async () => {
  world = new World();
  [ann, ben, cy] = await world.people('ann', 'ben', 'cy');
});
beforeEach(async () => {
  room = await ann.group('Tea', ben);
});
afterAll(() => world.close());

const messageAt = async (offset: number) => {
  const { entries } = await ann.call('chat.history', { room, around: offset, limit: 1 });
  const [entry] = entries;
  if (entry?.kind !== 'message') throw new Error(`no message at ${offset}`);
  return entry.message;
};
const texts = async () => {
  const { entries } = await ann.call('chat.history', { room, limit: 100 });
  return entries.flatMap((entry) => (entry.kind === 'message' ? [entry.message.text] : []));
};

describe('sending', () => {
  const key = 'a-key-of-mine';

  test('ID3 a repeat with the same key returns the first response, and the room has the message once', async () => {
    const first = await ann.call('chat.send', { room, key, text: 'hello' });
    world.clock.time += 5_000;
    expect(await ann.call('chat.send', { room, key, text: 'hello' })).toEqual(first);
    expect(await texts()).toEqual(['hello']);
  });

  test('ID3 twenty concurrent repeats store it once', async () => {
    const sent = Array.from({ length: 20 }, () => ann.call('chat.send', { room, key, text: 'hello' }));
    expect(new Set((await Promise.all(sent)).map(({ offset }) => offset)).size).toBe(1);
    expect(await texts()).toEqual(['hello']);
  });

  test('ID3 the same key with other content is refused, also when the first was edited to that content', async () => {
    const target = await ben.say(room, 'target');
    const { offset } = await ann.call('chat.send', { room, key, text: 'hello' });
    await ann.call('chat.edit', { room, offset, text: 'other' });
    expect(await ann.refusal('chat.send', { room, key, text: 'other' })).toBe('conflict key');
    expect(await ann.refusal('chat.send', { room, key, text: 'hello', replyTo: target })).toBe('conflict key');
    expect(await ann.call('chat.send', { room, key, text: 'hello' })).toMatchObject({ offset });
  });

  test('ID3 a key is scoped to its sender and room', async () => {
    const other = await ann.group('Other');
    const a = await ann.call('chat.send', { room, key, text: 'mine' });
    const b = await ben.call('chat.send', { room, key, text: 'another' });
    expect(b.offset).toBe(a.offset + 1);
    expect(await ann.call('chat.send', { room: other, key, text: 'elsewhere' })).toMatchObject({ offset: 2 });
  });

  test('OR3 concurrent sends keep their order, also when the membership is not cached and with replies between', async () => {
    const strange = ann.on(world.secondNode());
    const target = await ben.say(room, 'target');
    const wanted = Array.from({ length: 40 }, (_, index) => String(index));
    await Promise.all(wanted.map((text, index) => strange.say(room, text, index % 3 === 0 ? target : undefined)));
    expect(await texts()).toEqual(['target', ...wanted]);
  });

  test('CH3 accepts 1 to 8,000 characters of valid text', async () => {
    const refused = (text: string) => ann.refusal('chat.send', { room, key, text });
    for (const text of ['', ' \n ', 'x'.repeat(MESSAGE_LIMIT + 1), '\ud83c', 'a\0b']) {
      expect(await refused(text)).toBe('invalidInput text');
    }
    const long = '榕'.repeat(MESSAGE_LIMIT);
    expect((await messageAt(await ann.say(room, long))).text).toBe(long);
  });

  test('replies show the message they reply to; a reply to a missing message is refused', async () => {
    const target = await ben.say(room, `long ${'x'.repeat(300)}`);
    const reply = await messageAt(await ann.say(room, 'yes', target));
    expect(reply.replyTo).toEqual({ offset: target, sender: ben.id, text: `long ${'x'.repeat(195)}`, recalled: false });
    const to = (replyTo: number) => ann.refusal('chat.send', { room, key: crypto.randomUUID(), text: 'x', replyTo });
    expect(await to(1)).toBe('notFound replyTo');
    expect(await to(999)).toBe('notFound replyTo');
    expect(await texts()).toHaveLength(2);
  });
});

describe('editing', () => {
  test('CH3 is for the author only and shows its time; the same text again changes nothing', async () => {
    const offset = await ann.say(room, 'old');
    expect(await ben.refusal('chat.edit', { room, offset, text: 'his' })).toBe('permissionDenied');
    world.clock.time += 10 * RECALL_MS;
    await ann.call('chat.edit', { room, offset, text: 'new' });
    await ann.call('chat.edit', { room, offset, text: 'new' });
    expect(await messageAt(offset)).toMatchObject({ text: 'new', editedAt: world.clock.time });
    expect(await world.log(room)).toHaveLength(3);
    expect(await ann.refusal('chat.edit', { room, offset: 1, text: 'x' })).toBe('notFound offset');
  });

  test('CH1 a concurrent edit and recall: recalled in the log, the tables and on screens', async () => {
    for (const [first, second] of [
      ['edit', 'recall'],
      ['recall', 'edit'],
    ]) {
      const offset = await ann.say(room, 'old');
      const act = (kind: string | undefined) =>
        kind === 'edit'
          ? ann.call('chat.edit', { room, offset, text: 'new' })
          : ann.call('chat.recall', { room, offset });
      await Promise.all([act(first), act(second)]);
      expect(await messageAt(offset)).toMatchObject({ text: '', recalledAt: world.clock.time });
    }
  });
});

describe('recalling', () => {
  test("CH3 the length of the window and the server's clock are public", async () => {
    const now = world.clock.time;
    expect(await ben.call('chat.settings', {})).toEqual({ recallSeconds: RECALL_MS / 1_000, now });
  });

  test('CH3 within the window leaves a tombstone without text, preview or reactions', async () => {
    const offset = await ben.say(room, 'secret');
    const reply = await ann.say(room, 're', offset);
    await ann.call('chat.react', { room, offset, emoji: '👍', on: true });
    world.clock.time += RECALL_MS;
    await ben.call('chat.recall', { room, offset });
    await ben.call('chat.recall', { room, offset });
    expect(await messageAt(offset)).toMatchObject({ text: '', recalledAt: world.clock.time, reactions: [] });
    expect((await messageAt(reply)).replyTo).toEqual({ offset, sender: ben.id, text: '', recalled: true });
    expect((await ann.call('chat.room', { room })).lastMessage?.offset).toBe(reply);
    for (const [name, input] of [
      ['chat.edit', { room, offset, text: 'x' }],
      ['chat.react', { room, offset, emoji: '👍', on: true }],
    ] as const) {
      expect(await ben.refusal(name, input as never)).toBe('gone offset');
    }
    for (const table of ['chat_messages', 'chat_notices', 'chat_rooms']) {
      expect(JSON.stringify(await world.rows(`SELECT * FROM ${table}`))).not.toContain('secret');
    }
    expect(await world.rows('SELECT * FROM chat_reactions WHERE room_id = ?', room)).toEqual([]);
    const counters = 'SELECT emoji_count, reaction_count FROM chat_messages WHERE room_id = ? AND message_offset = ?';
    expect(await world.rows(counters, room, offset)).toEqual([{ emoji_count: 0, reaction_count: 0 }]);
  });

  test("CH3 after the window is for those who manage the group, and covers others' messages", async () => {
    const late = await ben.say(room, 'late');
    const owners = await ann.say(room, 'old of the owner');
    world.clock.time += RECALL_MS + 1;
    expect(await ben.refusal('chat.recall', { room, offset: late })).toBe('permissionDenied');
    expect(await ben.refusal('chat.recall', { room, offset: owners })).toBe('permissionDenied');
    await ann.call('chat.recall', { room, offset: late });
    await ann.call('chat.recall', { room, offset: owners });
    expect(await texts()).toEqual(['', '']);
  });

  test('CH3 of a message whose author left is for the admins', async () => {
    await ann.call('chat.addMembers', { room, users: [cy.id] });
    const offset = await cy.say(room, 'bye');
    await cy.call('chat.leave', { room });
    expect(await cy.refusal('chat.recall', { room, offset })).toBe('notFound');
    await ann.call('chat.setMemberRole', { room, user: ben.id, role: 'admin' });
    await ben.call('chat.recall', { room, offset });
    expect(await texts()).toEqual(['']);
  });

  test("CH3 in a direct chat nobody recalls the other's messages", async () => {
    const { id: direct } = await ann.call('chat.openDirect', { user: ben.id });
    const offset = await ann.say(direct, 'mine');
    expect(await ben.refusal('chat.recall', { room: direct, offset })).toBe('permissionDenied');
    world.clock.time += RECALL_MS + 1;
    expect(await ann.refusal('chat.recall', { room: direct, offset })).toBe('permissionDenied');
  });
});

describe('reacting', () => {
  const flags = [
    '🇦🇩',
    '🇦🇪',
    '🇦🇫',
    '🇦🇬',
    '🇦🇮',
    '🇦🇱',
    '🇦🇲',
    '🇦🇴',
    '🇦🇶',
    '🇦🇷',
    '🇦🇸',
    '🇦🇹',
    '🇦🇺',
    '🇦🇼',
    '🇦🇽',
    '🇦🇿',
    '🇧🇦',
    '🇧🇧',
    '🇧🇩',
    '🇧🇪',
    '🇧🇫',
  ];

  test('repeated adding and removing counts once', async () => {
    const offset = await ben.say(room, 'x');
    const react = (on: boolean) => ann.call('chat.react', { room, offset, emoji: '🌳', on });
    await Promise.all([react(true), react(true), react(true)]);
    await ben.call('chat.react', { room, offset, emoji: '🌳', on: true });
    expect((await messageAt(offset)).reactions).toEqual([{ emoji: '🌳', users: [ann.id, ben.id] }]);
    await react(false);
    await react(false);
    expect((await messageAt(offset)).reactions).toEqual([{ emoji: '🌳', users: [ben.id] }]);
    expect((await world.log(room)).filter(({ event }) => event.type === 'reacted')).toHaveLength(3);
  });

  test('emoji keep the order of their first use while in use', async () => {
    const offset = await ben.say(room, 'x');
    const react = (person: Person, emoji: string, on = true) => person.call('chat.react', { room, offset, emoji, on });
    await react(ann, '👍');
    await react(ann, '🎉');
    await react(ben, '👍');
    await react(ann, '👍', false);
    expect((await messageAt(offset)).reactions.map(({ emoji }) => emoji)).toEqual(['👍', '🎉']);
    await react(ben, '👍', false);
    await react(ben, '👍');
    expect((await messageAt(offset)).reactions.map(({ emoji }) => emoji)).toEqual(['🎉', '👍']);
  });

  test(`accepts ${EMOJI_LIMIT} different emoji per message, also under concurrency`, async () => {
    const offset = await ben.say(room, 'x');
    const outcomes = await Promise.all(
      flags.map((emoji) => ann.refusal('chat.react', { room, offset, emoji, on: true })),
    );
    expect(flags).toHaveLength(EMOJI_LIMIT + 1);
    expect(outcomes.filter((outcome) => outcome === 'answered {}')).toHaveLength(EMOJI_LIMIT);
    expect((await messageAt(offset)).reactions).toHaveLength(EMOJI_LIMIT);
    const taken = (await messageAt(offset)).reactions[0]?.emoji ?? '';
    expect(await ben.refusal('chat.react', { room, offset, emoji: taken, on: true })).toBe('answered {}');
  });

  test(`accepts ${REACTION_LIMIT} reactions per message, also under concurrency`, async () => {
    const offset = await ben.say(room, 'x');
    const crowd = Array.from({ length: REACTION_LIMIT - 1 }, (_, index) => ({
      sql: 'INSERT INTO chat_reactions VALUES (?, ?, ?, ?, ?, ?)',
      params: [room, offset, '👍', `user-${index}`, offset, offset],
    }));
    await world.sql.write(crowd);
    const react = (person: Person) => person.refusal('chat.react', { room, offset, emoji: '👍', on: true });
    expect((await Promise.all([react(ann), react(ben)])).sort()).toEqual(['answered {}', 'limitExceeded']);
    expect((await messageAt(offset)).reactions[0]?.users).toHaveLength(REACTION_LIMIT);
  });

  test('accepts exactly one emoji and nothing else', async () => {
    const offset = await ben.say(room, 'x');
    for (const emoji of ['', 'x', '👍👍', '<b>', '👍 ']) {
      expect(await ann.refusal('chat.react', { room, offset, emoji, on: true })).toBe('invalidInput emoji');
    }
    for (const emoji of ['👍🏽', '👩‍👩‍👧', '❤️', '1️⃣']) {
      expect(await ann.refusal('chat.react', { room, offset, emoji, on: true })).toBe('answered {}');
    }
  });
});
