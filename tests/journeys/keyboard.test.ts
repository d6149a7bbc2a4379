import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Locator } from 'playwright-core';
import { composer, message, openRoom, say } from './chatting.ts';
import { complaintsOf, openStage, type Person, roomRow, type Stage, until } from './stage.ts';

const MAX_STEPS = 80;
/** Animations are shorter than this, so nobody waits for them. */
const MAX_MOTION_MS = 150;

let stage: Stage;
let ann: Person;
let bob: Person;

beforeAll(async () => {
  stage = await openStage();
  ann = await stage.owner('Ann Lee');
  bob = await stage.member(ann, 'Bob Chen');
}, 60_000);
afterAll(() => stage.close());

const key = (name: string) => ann.page.keyboard.press(name);

function hasFocus(element: Locator): Promise<boolean> {
  return element.evaluate((node) => node === document.activeElement);
}

function gotFocus(what: string, element: Locator): Promise<void> {
  return until(`${what} has the focus`, () => hasFocus(element));
}

/** Presses Tab until the element has the focus. */
async function tabTo(element: Locator): Promise<void> {
  for (let step = 0; step < MAX_STEPS; step += 1) {
    if ((await element.count()) > 0 && (await hasFocus(element.first()))) return;
    await key('Tab');
  }
  throw new Error(`Tab does not reach it: ${element}`);
}

describe('a person without a mouse', () => {
  test('As a person at the sign-in page I sign in by keyboard', async () => {
    const { page } = ann;
    await page.getByRole('button', { name: 'Your account' }).focus();
    await key('Enter');
    await gotFocus('the first item', page.getByRole('menuitem', { name: 'Settings' }));
    await key('ArrowDown');
    await gotFocus('the next item', page.getByRole('menuitem', { name: 'Console' }));
    await key('ArrowDown');
    await gotFocus('the one after it', page.getByRole('menuitem', { name: 'Keyboard shortcuts' }));
    await key('ArrowDown');
    await gotFocus('the last item', page.getByRole('menuitem', { name: 'Sign out' }));
    await key('Enter');
    await gotFocus('the first field', page.getByLabel('Handle or e-mail'));
    await page.keyboard.type('ann.lee');
    await key('Tab');
    await page.keyboard.type('nine ivies climb the wall');
    await key('Enter');
    await roomRow(page, 'General').waitFor();
  }, 30_000);

  test('As a reader I skip to the content, open a room and write', async () => {
    const { page } = ann;
    await page.goto('/');
    await roomRow(page, 'General').waitFor();
    await key('Tab');
    await gotFocus('the link past the list', page.getByRole('link', { name: 'Skip to content' }));
    await tabTo(roomRow(page, 'General'));
    await key('Enter');
    await gotFocus('the composer', composer(page));
    await page.keyboard.type('keys-1 one');
    await key('Shift+Enter');
    await page.keyboard.type('two');
    await key('Enter');
    await message(page, 'keys-1 one').getByRole('img', { name: 'Sent', exact: true }).waitFor();
    expect(await composer(page).inputValue()).toBe('');
  }, 30_000);

  test('As a writer I edit my last message with the up arrow, and Escape cancels', async () => {
    const { page } = ann;
    await key('ArrowUp');
    await page.getByText('Editing message').waitFor();
    await key('Escape');
    await page.getByText('Editing message').waitFor({ state: 'detached' });
    await key('ArrowUp');
    await page.keyboard.type(' and three');
    await key('Enter');
    await message(page, 'and three').getByText('(edited)').waitFor();
  }, 30_000);

  test('As a reader I switch rooms by typing a few letters; Escape restores the focus', async () => {
    const { page } = ann;
    await bob.call('chat.openDirect', { handle: 'ann.lee' });
    await gotFocus('the composer', composer(page));
    await key('Control+K');
    await page.getByRole('dialog', { name: 'Jump to a chat' }).waitFor();
    await key('Escape');
    await gotFocus('the composer', composer(page));
    await key('Control+K');
    await page.keyboard.type('bob');
    await page.getByRole('option', { name: 'Bob Chen' }).waitFor();
    await key('Enter');
    await page.getByRole('heading', { name: 'Bob Chen' }).waitFor();
    await gotFocus('the composer', composer(page));
    await key('Alt+ArrowDown');
    await page.getByRole('heading', { name: 'General' }).waitFor();
  }, 30_000);

  test('As a reader I reach a message and its actions', async () => {
    const { page } = ann;
    await openRoom(bob.page, 'General');
    await say(bob.page, 'keys-2');
    const row = message(page, 'keys-2');
    await row.waitFor();
    for (let step = 0; step < MAX_STEPS && !(await hasFocus(row)); step += 1) await key('Shift+Tab');
    await key('ArrowRight');
    const react = row.getByRole('button', { name: 'Add reaction' });
    await gotFocus('its first button', react);
    await key('Enter');
    await page.getByRole('button', { name: '👍' }).first().waitFor();
    await key('Escape');
    await gotFocus('its first button', react);
    await key('ArrowRight');
    await key('ArrowRight');
    const menu = row.getByRole('button', { name: 'Actions for this message' });
    await gotFocus('its menu', menu);
    const reply = page.getByRole('menuitem', { name: 'Reply' });
    await key('Enter');
    await gotFocus('its first item', reply);
    await key('Escape');
    await gotFocus('its menu', menu);
    await key('ArrowUp');
    await gotFocus('the message above', message(page, 'and three'));
    await key('ArrowDown');
    await gotFocus('the message', row);
    await key('Enter');
    await gotFocus('its first item', reply);
    await key('Escape');
    await gotFocus('the message', row);
    await key('Escape');
    await gotFocus('the composer', composer(page));
    await key('Shift+Tab');
    await gotFocus('the message it was at', row);
    await key('Enter');
    await gotFocus('its first item', reply);
    await key('Enter');
    await page.getByText('Replying to Bob Chen').waitFor();
    await gotFocus('the composer', composer(page));
    await key('Escape');
    await page.getByText('Replying to Bob Chen').waitFor({ state: 'detached' });
  }, 30_000);

  test('As a person who closes a dialog I return to where I was', async () => {
    const { page } = ann;
    const members = page.getByRole('button', { name: 'Show members' });
    await members.focus();
    await key('Enter');
    const panel = page.getByRole('complementary', { name: 'Members' });
    for (const name of ['Add people', 'Invite link', 'Name and picture', 'Leave group']) {
      const button = panel.getByRole('button', { name, exact: true });
      await tabTo(button);
      await key('Enter');
      await page.getByRole('dialog').or(page.getByRole('alertdialog')).waitFor();
      await key('Escape');
      await page.getByRole('dialog').or(page.getByRole('alertdialog')).waitFor({ state: 'detached' });
      await gotFocus(`the button "${name}"`, button);
    }
    const newChat = page.getByRole('button', { name: 'New chat' });
    const items = ['Chat with a person', 'New group'] as const;
    for (const name of items) {
      await newChat.focus();
      await key('Enter');
      for (const step of items.slice(0, items.indexOf(name) + 1)) {
        if (step !== items[0]) await key('ArrowDown');
        await gotFocus(`the item "${step}"`, page.getByRole('menuitem', { name: step }));
      }
      await key('Enter');
      await page.getByRole('dialog', { name }).waitFor();
      await key('Escape');
      await gotFocus('the button of the menu', newChat);
    }
  }, 30_000);

  test('As a person who prefers reduced motion I see none; others see little', async () => {
    const { page } = ann;
    const longest = async () => {
      await key('Control+K');
      await page.getByRole('dialog').waitFor();
      const times = await page.evaluate(() =>
        [...document.querySelectorAll('*')].flatMap((element) => {
          const { animationName, animationDuration, transitionDuration, animationIterationCount } =
            getComputedStyle(element);
          const isShown = animationName !== 'none' && animationIterationCount !== 'infinite';
          return [...(isShown ? [animationDuration] : []), ...transitionDuration.split(', ')].map(Number.parseFloat);
        }),
      );
      await key('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      return Math.max(...times) * 1_000;
    };
    expect(await longest()).toBeLessThanOrEqual(MAX_MOTION_MS);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await longest()).toBe(0);
  }, 30_000);

  test('No browser reported an error', () => {
    expect(complaintsOf(ann, bob)).toEqual([]);
  });
});
