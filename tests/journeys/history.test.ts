import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { message, openRoom, say, showsInOrder } from './chatting.ts';
import { type Movement, scrollTo, turnWheel } from './scrolling.ts';
import { seed } from './seeding.ts';
import { complaintsOf, openStage, type Person, roomRow, type Stage, until } from './stage.ts';

/** `BANYAN_LONG_HISTORY=100000 bun test tests/journeys/history.test.ts` measures how smoothly a long one scrolls. */
const LONG = Number(process.env.BANYAN_LONG_HISTORY ?? 0);
const COUNT = Math.max(3_000, LONG);
const TURN_PX = 400;
/** For the way to the first message: about 5 s alone, and several times that on a busy machine. */
const FIRST_MS = 180_000;
const TITLE = 'Long ago';
/** A row may be rendered between two pixels. */
const ROUNDING_PX = 2;

let stage: Stage;
let ann: Person;
let bob: Person;
let room: string;

beforeAll(async () => {
  // A long history exceeds one person's message limit.
  stage = await openStage({ BANYAN_CHAT_MESSAGES_PER_MINUTE: '0', BANYAN_CHAT_ROOM_MESSAGES_PER_MINUTE: '0' });
  ann = await stage.owner('Ann Lee');
  bob = await stage.member(ann, 'Bob Chen');
  const { id: user } = await bob.call('accounts.me', {});
  const group = { title: TITLE, key: 'a-long-history', members: [user] };
  room = (await ann.call('chat.createGroup', group)).id;
  await seed(stage, ann, room, COUNT);
}, 300_000);
afterAll(() => stage.close());

/** The row moved as far as the wheel, and never backwards. */
function isSteady({ path, moved }: Movement): boolean {
  const least = Math.min(...path);
  const most = Math.max(...path);
  return Math.abs(moved - TURN_PX) <= ROUNDING_PX && least >= -ROUNDING_PX && most <= TURN_PX + ROUNDING_PX;
}

async function isOnScreen(text: string): Promise<boolean> {
  const box = await message(ann.page, text).boundingBox();
  return box !== null && box.y >= 0 && box.y < 800;
}

/** Opens the room again at its end, wherever the last test left the page. */
async function beginAtTheEnd(): Promise<void> {
  const { page } = ann;
  const { entries } = await bob.call('chat.history', { room, limit: 1 });
  const [entry] = entries;
  if (entry?.kind !== 'message') throw new Error('there is no message');
  // The rest may be Markdown, which is rendered differently.
  const [newest = ''] = /^Message \d+\.|^\S+/.exec(entry.message.text) ?? [];
  await page.goto('/');
  await page.getByText('Choose a chat').waitFor();
  await openRoom(page, TITLE);
  await until('the newest message is on screen', () => isOnScreen(newest));
}

async function goFarUp(): Promise<void> {
  for (let turn = 0; turn < 15; turn += 1) await turnWheel(ann.page, -TURN_PX);
}

/** The frame durations, in milliseconds. */
function inWords(frames: readonly number[]): string {
  const sorted = [...frames].sort((one, other) => one - other);
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => sorted[Math.floor(sorted.length * share)]?.toFixed(1));
  const late = (100 * sorted.filter((ms) => ms > 20).length) / sorted.length;
  return `${frames.length} frames: p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms; ${late.toFixed(1)} % longer than 20 ms`;
}

describe(`a room with ${COUNT} messages`, () => {
  test('As a reader who turns the wheel I see rows move exactly as far, whatever is loaded above', async () => {
    await beginAtTheEnd();
    for (let turn = 0; turn < 15; turn += 1) {
      const movement = await turnWheel(ann.page, -TURN_PX);
      if (!isSteady(movement)) throw new Error(`turn ${turn}: the row jumped: ${JSON.stringify(movement)}`);
    }
  }, 60_000);

  test('As a reader far up I am not moved by new messages', async () => {
    const { page } = ann;
    await beginAtTheEnd();
    await goFarUp();
    const top = () => page.getByTestId('timeline').getByRole('article').nth(20).boundingBox();
    const before = await top();
    await bob.call('chat.send', { room, key: 'while-far-up', text: 'unmoved-1 While you read' });
    await page.getByRole('button', { name: 'Jump to latest' }).getByText('1 new').waitFor();
    expect(await top()).toEqual(before);
  }, 60_000);

  test('As a reader I jump to the latest message, and it counts as read', async () => {
    const { page } = ann;
    await beginAtTheEnd();
    await goFarUp();
    await bob.call('chat.send', { room, key: 'the-latest', text: 'latest-1 While you read' });
    await page.getByRole('button', { name: 'Jump to latest' }).click();
    await until('the latest is on screen', () => isOnScreen('latest-1'));
    await page.getByRole('button', { name: 'Jump to latest' }).waitFor({ state: 'detached' });
    await roomRow(page, TITLE).getByText('unread').waitFor({ state: 'detached' });
  }, 60_000);

  test('As a reader of a reply I jump to the original, far above, and back', async () => {
    const { page } = ann;
    await beginAtTheEnd();
    const { entries } = await bob.call('chat.history', { room, around: 700, limit: 1 });
    const [entry] = entries;
    if (entry?.kind !== 'message') throw new Error('there is no message');
    const { offset, text } = entry.message;
    await bob.call('chat.send', { room, key: 'far-answer', text: 'answer-1 As you said', replyTo: offset });
    const [first = ''] = text.split('\n');
    await message(page, 'answer-1')
      .getByRole('button', { name: first.slice(0, 12) })
      .click();
    await until('what it answers is on screen', () => isOnScreen(first));
    await page.getByRole('button', { name: 'Jump to latest' }).click();
    await until('the answer is on screen', () => isOnScreen('answer-1'));
    await page.goto(`/r/${room}/m/${offset}`);
    await until('the linked message is on screen', () => isOnScreen(first));
    await say(page, 'own-1 Written from far up');
    await until('my own message is on screen', () => isOnScreen('own-1'));
    await message(page, 'own-1').getByRole('img', { name: 'Sent', exact: true }).waitFor();
  }, 60_000);

  test('As a person with many unread messages I find the divider above the first one', async () => {
    const { page } = ann;
    await beginAtTheEnd();
    await say(page, 'mine-1 The last that I know');
    await message(page, 'mine-1').getByRole('img', { name: 'Sent', exact: true }).waitFor();
    await page.goto('/');
    await page.getByText('Choose a chat').waitFor();
    for (let at = 1; at <= 30; at += 1) {
      await bob.call('chat.send', { room, key: `news-${at}-of-30`, text: `news-${at}.` });
    }
    await roomRow(page, TITLE).getByText('30 unread').click();
    await until('the newest is on screen', () => isOnScreen('news-30.'));
    await roomRow(page, TITLE).getByText('unread').waitFor({ state: 'detached' });
    await scrollTo(page, 'mine-1', -200);
    await showsInOrder(page, /mine-1|New messages|news-1\./g, ['mine-1', 'New messages', 'news-1.']);
  }, 60_000);

  if (LONG === 0) {
    test('As a reader I reach the very first message, and no row jumps on the way', async () => {
      await beginAtTheEnd();
      const { worstJump, worst } = await scrollTo(ann.page, 'Message 1.', -480, FIRST_MS);
      expect(await message(ann.page, 'Message 1.').count()).toBe(1);
      if (worstJump > ROUNDING_PX) throw new Error(`a row jumped: ${JSON.stringify(worst)}`);
    }, 240_000);
  } else {
    test('As a reader of a very long history I scroll smoothly for a minute', async () => {
      await beginAtTheEnd();
      const { frames, worstJump } = await scrollTo(ann.page, 'Message 1.', -480, 60_000);
      console.log(inWords(frames));
      expect(worstJump).toBeLessThanOrEqual(ROUNDING_PX);
    }, 120_000);
  }

  test('No browser reported an error', () => {
    expect(complaintsOf(ann, bob)).toEqual([]);
  });
});
