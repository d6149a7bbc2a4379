import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { composer, message, openRoom, press, say, showsInOrder } from './chatting.ts';
import { scrollTo } from './scrolling.ts';
import { complaintsOf, DESKTOP, keepPicture, openStage, type Person, roomRow, type Stage, until } from './stage.ts';

let stage: Stage;
let ann: Person;
let bob: Person;
let room: string;

beforeAll(async () => {
  stage = await openStage();
  ann = await stage.owner('Ann Lee');
  bob = await stage.member(ann, 'Bob Chen');
  const { id: user } = await bob.call('accounts.me', {});
  room = (await ann.call('chat.createGroup', { title: 'Trouble', key: 'a-trouble-room', members: [user] })).id;
  await write('old', 120);
}, 60_000);
afterAll(() => stage.close());

async function write(word: string, count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    await bob.call('chat.send', { room, key: `${word}-${number}-of-them`, text: `${word}-${number}.` });
  }
}

/** Makes the page believe that it lost or gained the focus. */
async function look(page: Page, isLooking: boolean): Promise<void> {
  await page.evaluate((focused) => {
    document.hasFocus = () => focused;
    window.dispatchEvent(new Event(focused ? 'focus' : 'blur'));
  }, isLooking);
}

async function isOnScreen(page: Page, text: string): Promise<boolean> {
  const list = await page.getByTestId('timeline').boundingBox();
  const box = await page.getByRole('log').getByText(text, { exact: true }).boundingBox();
  return list !== null && box !== null && box.y >= list.y && box.y + box.height <= list.y + list.height;
}

describe('a person who looks away', () => {
  test('As a person who returns I find the divider, with the first new message in view and unread', async () => {
    const { page } = ann;
    await openRoom(page, 'Trouble');
    await until('the end is in view', () => isOnScreen(page, 'old-120.'));
    await roomRow(page, 'Trouble').getByText('unread').waitFor({ state: 'detached' });
    await look(page, false);
    await write('away', 40);
    await roomRow(page, 'Trouble').getByText('40 unread').waitFor();
    await showsInOrder(page, /old-120\.|New messages|away-1\./g, ['old-120.', 'New messages', 'away-1.']);
    await until('the line is in view', () => isOnScreen(page, 'New messages'));
    await look(page, true);
    await Bun.sleep(300);
    expect(await isOnScreen(page, 'away-1.')).toBe(true);
    await roomRow(page, 'Trouble').getByText('40 unread').waitFor();
    await page.getByRole('button', { name: 'Jump to latest' }).click();
    await roomRow(page, 'Trouble').getByText('unread').waitFor({ state: 'detached' });
  }, 60_000);

  test('As a person who misses a few messages I see them at the end, below the divider', async () => {
    const { page } = ann;
    await look(page, false);
    await write('word', 2);
    await until('they are in view', () => isOnScreen(page, 'word-2.'));
    await showsInOrder(page, /away-40\.|New messages|word-\d\./g, ['away-40.', 'New messages', 'word-1.', 'word-2.']);
    await roomRow(page, 'Trouble').getByText('2 unread').waitFor();
    await look(page, true);
    await roomRow(page, 'Trouble').getByText('unread').waitFor({ state: 'detached' });
  }, 60_000);
});

describe('a reader at the end', () => {
  test('As a reader I stay at the end when a notice, my draft or the keyboard takes room', async () => {
    const { page } = ann;
    const height = async () => (await page.getByTestId('timeline').boundingBox())?.height ?? 0;
    const shrinks = async (what: string, act: () => Promise<unknown>) => {
      const before = await height();
      await act();
      await until(`${what} takes room`, async () => (await height()) < before);
      await until(`the end is in view beside ${what}`, () => isOnScreen(page, 'word-2.'));
    };
    await until('the end is in view', () => isOnScreen(page, 'word-2.'));
    await shrinks('a draft', () => composer(page).fill('a\nlong\ndraft\nof\nlines'));
    await shrinks('the connection notice', () => ann.context.setOffline(true));
    await shrinks('the keyboard', () => page.setViewportSize({ ...DESKTOP, height: 500 }));
    await page.setViewportSize(DESKTOP);
    await ann.context.setOffline(false);
    await composer(page).fill('');
    await until('the end is in view again', () => isOnScreen(page, 'word-2.'));
    ann.complaints.length = 0;
  }, 60_000);
});

describe('a person whose server has problems', () => {
  test('As a reader I am told that older messages could not be loaded, and can retry', async () => {
    const page = await ann.context.newPage();
    let asked = 0;
    let broken = false;
    await page.routeWebSocket(/\/connection\//, (socket) => socket.close());
    await page.route(/chat\.history/, async (route) => {
      asked += 1;
      await (broken ? route.fulfill({ status: 500, body: 'no' }) : route.continue());
    });
    await page.goto(`/r/${room}`);
    await until('the end is in view', () => isOnScreen(page, 'word-2.'));
    broken = true;
    const before = asked;
    await scrollTo(page, 'nowhere', -400, 1_500);
    await page.getByText('Messages could not be loaded.').waitFor();
    await Bun.sleep(1_000);
    expect(asked - before).toBe(1);
    await keepPicture(page, 'history-failed');
    broken = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await scrollTo(page, 'old-1.', -400);
    await message(page, 'old-1.').first().waitFor();
    await page.close();
    ann.complaints.length = 0;
  }, 60_000);

  test('As a person whose browser opens its database slowly I lose nothing and send nothing twice', async () => {
    const page = await ann.context.newPage();
    await page.addInitScript(() => {
      const { open } = indexedDB;
      IDBFactory.prototype.open = function (this: IDBFactory, ...asked) {
        const request = open.apply(this, asked);
        const add = request.addEventListener.bind(request);
        request.addEventListener = ((name: string, listener: EventListener) =>
          add(name, (event) => setTimeout(() => listener(event), 1_500))) as typeof add;
        return request;
      };
    });
    await page.goto(`/r/${room}`);
    await composer(page).fill('slow-1');
    for (let time = 0; time < 3; time += 1) await composer(page).press('Enter');
    expect(await composer(page).inputValue()).toBe('');
    await message(page, 'slow-1').waitFor();
    await openRoom(bob.page, 'Trouble');
    await message(bob.page, 'slow-1').waitFor();
    await say(page, 'slow-2');
    await showsInOrder(bob.page, /slow-\d/g, ['slow-1', 'slow-2']);
    await page.close();
  }, 60_000);

  test('As a person whose browser has no storage I am told so, and my message is sent', async () => {
    const page = await ann.context.newPage();
    await page.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('no', 'SecurityError');
      };
    });
    await page.goto(`/r/${room}`);
    await say(page, 'kept-1');
    await page.getByText('This browser cannot keep unsent messages.').waitFor();
    await message(bob.page, 'kept-1').waitFor();
    await page.close();
  }, 60_000);

  test('As a person who replies I find my reply after visiting another chat, and after a reload', async () => {
    const { page } = bob;
    await press(message(page, 'kept-1'), 'Reply');
    await composer(page).fill('half a rep');
    await openRoom(page, 'General');
    await openRoom(page, 'Trouble');
    await page.getByText('Replying to Ann Lee').waitFor();
    await page.reload();
    await page.getByText('Replying to Ann Lee').waitFor();
    expect(await composer(page).inputValue()).toBe('half a rep');
    await say(page, 'half a reply');
    await message(ann.page, 'half a reply').getByRole('button', { name: 'kept-1' }).waitFor();
  }, 60_000);

  test('No browser reported an error', () => {
    expect(complaintsOf(ann, bob)).toEqual([]);
  });
});
