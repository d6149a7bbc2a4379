import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { composer, message, openRoom, pick, press, say, showsInOrder } from './chatting.ts';
import { complaintsOf, openStage, type Person, roomRow, type Stage } from './stage.ts';

let stage: Stage;
let ann: Person;
let bob: Person;
let bobsPhone: Person;

beforeAll(async () => {
  stage = await openStage();
  ann = await stage.owner('Ann Lee');
  bob = await stage.member(ann, 'Bob Chen');
  bobsPhone = await stage.device(bob, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await openRoom(ann.page, 'General');
}, 60_000);
afterAll(() => stage.close());

function unread(page: Page, room: string, count: number) {
  return roomRow(page, room).getByText(`${count} unread`);
}

describe('unread messages on several devices', () => {
  test('As a person with two devices I see the same count on both, and in the tab title', async () => {
    for (const text of ['new-1', 'new-2', 'new-3']) await say(ann.page, text);
    for (const { page } of [bob, bobsPhone]) {
      await unread(page, 'General', 3).waitFor();
      expect(await page.title()).toBe('(1) Banyan');
    }
  }, 30_000);

  test('As a person who reads on one device I have nothing unread on the other', async () => {
    await openRoom(bobsPhone.page, 'General');
    await message(bobsPhone.page, 'new-3').waitFor();
    await roomRow(bob.page, 'General').getByText('unread').waitFor({ state: 'detached' });
    expect(await bob.page.title()).toBe('Banyan');
    await bobsPhone.page.getByRole('link', { name: 'Back to chats' }).click();
    await roomRow(bobsPhone.page, 'General').waitFor();
    expect(await roomRow(bobsPhone.page, 'General').getByText('unread').count()).toBe(0);
  }, 30_000);

  test('As a person who returns I find the divider above new messages, and it stays while I read', async () => {
    await say(ann.page, 'new-4');
    await say(ann.page, 'new-5');
    await unread(bob.page, 'General', 2).waitFor();
    await openRoom(bob.page, 'General');
    await showsInOrder(bob.page, /new-\d|New messages/g, ['new-1', 'new-2', 'new-3', 'New messages', 'new-4', 'new-5']);
    await roomRow(bobsPhone.page, 'General').getByText('unread').waitFor({ state: 'detached' });
    await say(ann.page, 'new-6');
    const wanted = ['new-1', 'new-2', 'new-3', 'New messages', 'new-4', 'new-5', 'new-6'];
    await showsInOrder(bob.page, /new-\d|New messages/g, wanted);
    await roomRow(bob.page, 'General').getByText('unread').waitFor({ state: 'detached' });
  }, 30_000);

  test('As a sender I see who has read my message and who has not', async () => {
    const cy = await stage.member(ann, 'Cy Moss');
    await say(ann.page, 'new-7');
    await message(ann.page, 'new-7').getByRole('button', { name: 'Read by 1' }).click();
    const dialog = ann.page.getByRole('dialog', { name: 'Who has read' });
    await dialog.getByRole('region', { name: 'Read by', exact: true }).getByText('Bob Chen').waitFor();
    await dialog.getByRole('region', { name: 'Not yet read by' }).getByText('Cy Moss').waitFor();
    await ann.page.keyboard.press('Escape');
    await openRoom(cy.page, 'General');
    await message(ann.page, 'new-7').getByRole('button', { name: 'Read by 2' }).waitFor();
    await cy.context.close();
  }, 30_000);

  test('As a person on a phone I reply, react and recall by tapping', async () => {
    const { page } = bobsPhone;
    await openRoom(page, 'General');
    await message(page, 'new-6').tap();
    await message(page, 'new-6').getByRole('button', { name: 'Add reaction' }).tap();
    await page.getByRole('button', { name: '👍' }).first().tap();
    await message(ann.page, 'new-6').getByRole('button', { name: '👍 1 by Bob Chen' }).waitFor();
    await message(page, 'new-6').tap();
    await message(page, 'new-6').getByRole('button', { name: 'Reply', exact: true }).tap();
    // On a phone Enter breaks the line.
    await composer(page).fill('phone-1 On my way');
    await page.getByRole('button', { name: 'Send', exact: true }).tap();
    await message(page, 'phone-1').waitFor();
    await message(ann.page, 'phone-1').getByRole('button', { name: 'new-6' }).waitFor();
    await message(page, 'phone-1').tap();
    await message(page, 'phone-1').getByRole('button', { name: 'Actions for this message' }).tap();
    await page.getByRole('menuitem', { name: 'Recall' }).tap();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Recall' }).tap();
    await ann.page.getByRole('log').getByText('Bob Chen recalled a message').waitFor();
  }, 30_000);

  test('As a person who replied to a recalled message I see that it was recalled', async () => {
    await say(ann.page, 'taken-1');
    await press(message(bob.page, 'taken-1'), 'Reply');
    await say(bob.page, 'to-taken-1 Really?');
    await pick(message(ann.page, 'taken-1').first(), 'Recall');
    await ann.page.getByRole('alertdialog').getByRole('button', { name: 'Recall' }).click();
    await message(bob.page, 'to-taken-1').getByText('This message was recalled').waitFor();
  }, 30_000);

  test('As a person who stops in the middle I find my draft again, one per room', async () => {
    await composer(bob.page).fill('half a thou');
    await openRoom(ann.page, 'General');
    await ann.page.getByRole('button', { name: 'New chat' }).click();
    await ann.page.getByRole('menuitem', { name: 'Chat with a person' }).click();
    await ann.page.getByRole('dialog').getByRole('button', { name: 'Bob Chen' }).click();
    await say(ann.page, 'aside-1');
    await openRoom(bob.page, 'Ann Lee');
    await message(bob.page, 'aside-1').waitFor();
    expect(await composer(bob.page).inputValue()).toBe('');
    await roomRow(bob.page, 'General').getByText('half a thou').waitFor();
    await bob.page.reload();
    await openRoom(bob.page, 'General');
    expect(await composer(bob.page).inputValue()).toBe('half a thou');
  }, 30_000);

  test('No browser reported an error', () => {
    expect(complaintsOf(ann, bob, bobsPhone)).toEqual([]);
  });
});
