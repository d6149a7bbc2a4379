import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { devices, type Locator, type Page } from 'playwright-core';
import { composer, message, openRoom, press, say } from './chatting.ts';
import {
  complaintsOf,
  handleOf,
  keepPicture,
  openStage,
  PASSWORD,
  type Person,
  roomRow,
  type Stage,
  until,
} from './stage.ts';

const RECALL_SECONDS = 4;
const PHONE = devices['iPhone 14'];

let stage: Stage;
let ann: Person;
let bob: Person;
let phone: Person;

beforeAll(async () => {
  stage = await openStage({ BANYAN_REGISTRATION: 'open', BANYAN_RECALL_SECONDS: `${RECALL_SECONDS}` });
  ann = await stage.owner('Ann Lee');
  bob = await stage.member(ann, 'Bob Chen');
  const { viewport, isMobile, hasTouch, deviceScaleFactor } = PHONE;
  phone = await stage.device(bob, { viewport, isMobile, hasTouch, deviceScaleFactor });
}, 60_000);
afterAll(() => stage.close());

function gotFocus(what: string, element: Locator): Promise<void> {
  return until(`${what} has the focus`, () => element.evaluate((node) => node === document.activeElement));
}

/** Fails this operation on the live connection while the callback returns true. */
async function refuse(page: Page, operation: string): Promise<{ isOn: boolean }> {
  const refusal = { isOn: true };
  await page.routeWebSocket(/\/connection\/websocket/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((text) => {
      for (const line of String(text).split('\n')) {
        const { id, rpc } = JSON.parse(line || '{}') as { id?: number; rpc?: { method: string } };
        const error = { code: 100, message: 'internal server error', temporary: true };
        if (refusal.isOn && rpc?.method === operation) socket.send(JSON.stringify({ id, error }));
        else server.send(line);
      }
    });
  });
  await page.reload();
  return refusal;
}

async function openNewChat(page: Page, item: string): Promise<Locator> {
  await page.getByRole('button', { name: 'New chat' }).click();
  await page.getByRole('menuitem', { name: item }).click();
  return page.getByRole('dialog', { name: item });
}

describe('screens', () => {
  test('As a person who creates a group I pick people with Enter, which does not submit the form', async () => {
    const { page } = ann;
    const dialog = await openNewChat(page, 'New group');
    await dialog.getByLabel('Name of the group').fill('Enter');
    const search = dialog.getByRole('searchbox', { name: 'Name or handle' });
    // At once, before a response can arrive.
    await search.fill('bob');
    await search.press('Enter');
    await dialog.getByRole('button', { name: 'Bob Chen', exact: true }).waitFor();
    expect(await search.inputValue()).toBe('');
    await search.press('Enter');
    await search.press('ArrowDown');
    await until('someone is highlighted', async () => (await search.getAttribute('aria-activedescendant')) !== null);
    expect(await dialog.isVisible()).toBe(true);
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { name: 'Enter' }).waitFor();
    await roomRow(bob.page, 'Enter').waitFor();
  }, 30_000);

  test('As a person who starts a chat I search, choose and open it without a mouse', async () => {
    const { page } = ann;
    const dialog = await openNewChat(page, 'Chat with a person');
    await gotFocus('the search', dialog.getByRole('searchbox'));
    await page.keyboard.type('bob');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Bob Chen' }).waitFor();
  }, 30_000);

  test('As a person with a group link I register, and return to it', async () => {
    const { id: room } = await ann.call('chat.createGroup', { title: 'Linked', key: 'linked-room' });
    const { code } = await ann.call('chat.createInvite', { room });
    const { page } = await stage.visitor('Dan Ray');
    await page.goto(`/i/${code}`);
    await page.getByRole('link', { name: 'Create account' }).click();
    await page.getByLabel('Handle').waitFor();
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.waitForURL(`**/i/${code}`);
    await page.getByRole('link', { name: 'Create account' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Dan Ray');
    await page.getByLabel('Handle').fill(handleOf('Dan Ray'));
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('heading', { name: 'Join “Linked”' }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/i/${code}`);
    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByRole('heading', { name: 'Linked' }).waitFor();
  }, 30_000);

  test('As a person on a phone I keep the keyboard while I send, and break lines with Enter', async () => {
    const { page } = phone;
    await roomRow(page, 'General').tap();
    const box = composer(page);
    await box.tap();
    await page.keyboard.type('screens-1 one');
    await page.keyboard.press('Enter');
    await page.keyboard.type('two');
    expect(await box.inputValue()).toBe('screens-1 one\ntwo');
    await page.getByRole('button', { name: 'Send', exact: true }).tap();
    await message(page, 'screens-1').waitFor();
    await gotFocus('the box', box);
    expect(await box.evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize))).toBe(16);
    await keepPicture(page, 'screens-phone');
  }, 30_000);

  test('As a person without a mouse I pass all messages with one press of Tab', async () => {
    const { page } = ann;
    await openRoom(page, 'General');
    for (const number of [1, 2, 3]) await say(page, `screens-tab-${number} see https://example.org/${number}`);
    // The last message is focusable once it is rendered as the last one, and keeps the focus when it is sent.
    await message(page, 'screens-tab-3').getByRole('img', { name: 'Sent' }).waitFor();
    await message(page, 'screens-tab-3').and(page.locator('[tabindex="0"]')).waitFor();
    await page.getByRole('button', { name: 'Show members' }).focus();
    await page.keyboard.press('Tab');
    await gotFocus('the last message', message(page, 'screens-tab-3'));
    await page.keyboard.press('Tab');
    await gotFocus('the box', composer(page));
  }, 30_000);

  test('As a person who picks an emoji I continue writing after Escape', async () => {
    const { page } = ann;
    await page.getByRole('button', { name: 'Emoji' }).click();
    await page.getByRole('dialog', { name: 'Emoji' }).getByRole('button', { name: '👍' }).click();
    await page.keyboard.press('Escape');
    await gotFocus('the box', composer(page));
    expect(await composer(page).inputValue()).toBe('👍');
    await composer(page).fill('');
  }, 30_000);

  test('As a member I can recall a message within the window; as an admin always', async () => {
    const { page } = bob;
    await openRoom(page, 'General');
    await say(page, 'screens-recall');
    await message(page, 'screens-recall').getByRole('img', { name: 'Sent' }).waitFor();
    const sentAt = Date.now();
    const menuOf = async (person: Person) => {
      await press(message(person.page, 'screens-recall'), 'Actions for this message');
      await person.page.getByRole('menuitem', { name: 'Copy text' }).waitFor();
      const offered = await person.page.getByRole('menuitem', { name: 'Recall' }).count();
      await person.page.keyboard.press('Escape');
      return offered;
    };
    expect(await menuOf(bob)).toBe(1);
    await Bun.sleep(sentAt + RECALL_SECONDS * 1_000 + 500 - Date.now());
    expect(await menuOf(bob)).toBe(0);
    expect(await menuOf(ann)).toBe(1);
  }, 30_000);

  test('As a person who needs help I find the shortcuts in my menu', async () => {
    const { page } = ann;
    await page.getByRole('button', { name: 'Your account' }).click();
    await page.getByRole('menuitem', { name: 'Keyboard shortcuts' }).click();
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await keepPicture(page, 'screens-shortcuts');
    await page.keyboard.press('Escape');
  }, 30_000);

  test('As a reader over plain HTTP I can copy, and am told only if it worked', async () => {
    const { page } = ann;
    await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true }));
    const copy = async () => {
      await press(message(page, 'screens-recall'), 'Actions for this message');
      await page.getByRole('menuitem', { name: 'Copy text' }).click();
    };
    await copy();
    await page.getByText('Copied', { exact: true }).waitFor();
    await composer(page).focus();
    await page.keyboard.press('Control+V');
    expect(await composer(page).inputValue()).toBe('screens-recall');
    await composer(page).fill('');
    await page.getByText('Copied', { exact: true }).waitFor({ state: 'detached' });
    await page.evaluate(() => {
      document.execCommand = () => false;
    });
    await copy();
    await page.getByText('Your browser did not let this be copied.').waitFor();
    expect(await page.getByText('Copied', { exact: true }).count()).toBe(0);
  }, 30_000);

  test('As a person with many chats I see them all, though only visible ones are rendered', async () => {
    for (let number = 1; number <= 80; number += 1) {
      await ann.call('chat.createGroup', { title: `Many ${number}`, key: `many-rooms-${number}` });
    }
    const list = ann.page.getByRole('navigation', { name: 'Chats' });
    await roomRow(ann.page, 'Many 80').waitFor();
    const rows = list.getByRole('listitem');
    expect(await rows.count()).toBeLessThan(40);
    expect(Number(await rows.first().getAttribute('aria-setsize'))).toBeGreaterThan(80);
    await rows.first().hover();
    for (let turn = 0; turn < 60 && (await roomRow(ann.page, 'Linked').count()) === 0; turn += 1) {
      await ann.page.mouse.wheel(0, 400);
      await Bun.sleep(30);
    }
    await roomRow(ann.page, 'Linked').click();
    await ann.page.getByRole('heading', { name: 'Linked' }).waitFor();
    await keepPicture(ann.page, 'screens-many-rooms');
  }, 60_000);

  test('As a person removed from the group that I read I am told so', async () => {
    const { id: user } = await bob.call('accounts.me', {});
    const { rooms } = await bob.call('chat.rooms', {});
    const room = rooms.find(({ title }) => title === 'Enter')?.id ?? '';
    await openRoom(bob.page, 'Enter');
    await ann.call('chat.removeMember', { room, user });
    await bob.page.getByText('You are no longer in “Enter”.').waitFor();
    await bob.page.getByText('Choose a chat').waitFor();
    await keepPicture(bob.page, 'screens-removed');
  }, 30_000);

  test('As a person whose member list fails to load I see that, and can retry', async () => {
    const { page } = bob;
    await openRoom(page, 'General');
    const members = await refuse(page, 'chat.members');
    await page.getByRole('button', { name: 'Show members' }).click();
    const panel = page.getByRole('complementary', { name: 'Members' });
    await panel.getByText('The members could not be loaded.').waitFor();
    await keepPicture(page, 'screens-members-failed');
    members.isOn = false;
    await panel.getByRole('button', { name: 'Try again' }).click();
    await panel.getByText('Ann Lee').waitFor();
  }, 30_000);

  test('As a person whose search fails I do not read that nobody was found', async () => {
    const { page } = bob;
    const finding = await refuse(page, 'accounts.findPeople');
    const dialog = await openNewChat(page, 'Chat with a person');
    await dialog.getByText('People could not be looked for.').waitFor();
    expect(await dialog.getByText('Nobody found').count()).toBe(0);
    finding.isOn = false;
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await dialog.getByText('Ann Lee').waitFor();
    await page.keyboard.press('Escape');
  }, 30_000);

  test('As a person whose links fail to load I do not read that there are none', async () => {
    const { page } = ann;
    const links = await refuse(page, 'chat.invites');
    await page.getByRole('button', { name: 'Show members' }).click();
    await page.getByRole('button', { name: 'Invite link' }).click();
    const dialog = page.getByRole('dialog', { name: 'Invite link' });
    await dialog.getByText('The links could not be loaded.').waitFor();
    expect(await dialog.getByText('No links yet').count()).toBe(0);
    await keepPicture(page, 'screens-links-failed');
    links.isOn = false;
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await dialog.getByRole('button', { name: 'Revoke' }).waitFor();
  }, 30_000);

  test('No browser reported an error', () => {
    expect(complaintsOf(ann, bob, phone)).toEqual([]);
  });
});
