import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { composer, message, openRoom, pick, press, say, showsInOrder } from './chatting.ts';
import { complaintsOf, openStage, PASSWORD, type Person, roomRow, type Stage } from './stage.ts';

let stage: Stage;
let ann: Person;
let bob: Person;

beforeAll(async () => {
  stage = await openStage();
  ann = await stage.visitor('Ann Lee');
  bob = await stage.visitor('Bob Chen');
}, 60_000);
afterAll(() => stage.close());

async function register({ page, name }: Person, handle: string): Promise<void> {
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Handle').fill(handle);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await roomRow(page, 'General').waitFor();
}

describe('two people who meet', () => {
  test('As the owner I open the link from the terminal and create my account', async () => {
    await ann.page.goto(`/join/${stage.server.ownerInvite}`);
    await ann.page.getByText('You are the first one here').waitFor();
    await register(ann, 'ann');
  }, 30_000);

  test('As the owner I create an invitation, and a second person joins with it', async () => {
    await ann.page.getByRole('button', { name: 'Your account' }).click();
    await ann.page.getByRole('menuitem', { name: 'Settings' }).click();
    await ann.page.getByRole('navigation').getByRole('link', { name: 'People' }).click();
    await ann.page.getByRole('button', { name: 'Create link' }).click();
    const link = await ann.page.getByRole('textbox', { name: 'Invite people' }).inputValue();
    await bob.page.goto(link);
    await bob.page.getByText('Ann Lee invites you.').waitFor();
    await register(bob, 'bob');
    await ann.page.getByRole('link', { name: 'Back to chats' }).click();
  }, 30_000);

  test('As a reader I see that someone is typing, until they stop', async () => {
    await Promise.all([openRoom(ann.page, 'General'), openRoom(bob.page, 'General')]);
    const line = ann.page.getByText('Bob Chen is typing…');
    // Started before it appears: on a slow machine it may disappear before the last key is pressed.
    await Promise.all([line.waitFor(), composer(bob.page).pressSequentially('I am thi')]);
    await line.waitFor({ state: 'hidden' });
    await composer(bob.page).fill('');
  }, 30_000);

  test('As a reader I see it again right after each message', async () => {
    const line = ann.page.getByText('Bob Chen is typing…');
    for (const text of ['typed-1 Hello', 'typed-2 Anyone here?']) {
      await Promise.all([line.waitFor(), composer(bob.page).pressSequentially(text)]);
      await composer(bob.page).press('Enter');
      await message(ann.page, text).waitFor();
      await line.waitFor({ state: 'hidden' });
    }
  }, 30_000);

  test('Both write in General, and see the same', async () => {
    await say(ann.page, 'talk-1 Welcome!');
    await message(bob.page, 'talk-1').waitFor();
    await say(bob.page, 'talk-2 Glad to be here');
    await message(ann.page, 'talk-2').waitFor();
    await say(ann.page, 'talk-3 今天下午三点开会');
    for (const { page } of [ann, bob]) await showsInOrder(page, /talk-\d/g, ['talk-1', 'talk-2', 'talk-3']);
  }, 30_000);

  test('As a sender I see that my message was read', async () => {
    await message(ann.page, 'talk-3').getByRole('button', { name: 'Read by 1' }).waitFor();
  }, 30_000);

  test('As a reader I add a reaction to a message, and remove it', async () => {
    await press(message(bob.page, 'talk-1'), 'Add reaction');
    await bob.page.getByRole('button', { name: '🎉' }).first().click();
    const reaction = message(ann.page, 'talk-1').getByRole('button', { name: '🎉 1 by Bob Chen' });
    await reaction.waitFor();
    await message(bob.page, 'talk-1').getByRole('button', { name: '🎉 1 by You' }).click();
    await reaction.waitFor({ state: 'detached' });
  }, 30_000);

  test('As a reader I reply, and everyone sees the original', async () => {
    await press(message(bob.page, 'talk-3'), 'Reply');
    await bob.page.getByText('Replying to Ann Lee').waitFor();
    await say(bob.page, 'answer-1 See you there');
    const preview = message(ann.page, 'answer-1').getByRole('button', { name: 'talk-3 今天下午三点开会' });
    await preview.waitFor();
  }, 30_000);

  test('As a sender I edit a message, and everyone sees that it was edited', async () => {
    await pick(message(bob.page, 'answer-1'), 'Edit');
    await composer(bob.page).fill('answer-2 See you all there');
    await composer(bob.page).press('Enter');
    await message(ann.page, 'answer-2').getByText('(edited)').waitFor();
    expect(await message(ann.page, 'answer-1').count()).toBe(0);
  }, 30_000);

  test('As a sender I recall a message, and both sides see a line about it', async () => {
    await say(bob.page, 'slip-1 Not meant for here');
    await message(ann.page, 'slip-1').waitFor();
    await pick(message(bob.page, 'slip-1'), 'Recall');
    await bob.page.getByRole('alertdialog').getByRole('button', { name: 'Recall' }).click();
    await ann.page.getByRole('log').getByText('Bob Chen recalled a message').waitFor();
    await bob.page.getByRole('log').getByText('You recalled a message').waitFor();
    for (const { page } of [ann, bob]) expect(await message(page, 'slip-1').count()).toBe(0);
  }, 30_000);

  test('As a person I start a direct chat, and the other sees it with an unread count', async () => {
    await ann.page.getByRole('button', { name: 'New chat' }).click();
    await ann.page.getByRole('menuitem', { name: 'Chat with a person' }).click();
    await ann.page.getByRole('searchbox', { name: 'Name or handle' }).fill('bob');
    await ann.page.getByRole('dialog').getByRole('button', { name: 'Bob Chen' }).click();
    await ann.page.getByRole('heading', { name: 'Bob Chen' }).waitFor();
    await say(ann.page, 'direct-1 Just between us');
    await say(ann.page, 'direct-2 Coffee?');
    await roomRow(bob.page, 'Ann Lee').getByText('2 unread').waitFor();
    await message(ann.page, 'direct-2').getByRole('img', { name: 'Sent', exact: true }).waitFor();
  }, 30_000);

  test('As a reader I open unread messages: the count disappears, and the sender sees that I read them', async () => {
    await openRoom(bob.page, 'Ann Lee');
    await message(bob.page, 'direct-1').waitFor();
    await bob.page.getByText('New messages').waitFor();
    await roomRow(bob.page, 'Ann Lee').getByText('unread').waitFor({ state: 'detached' });
    await message(ann.page, 'direct-2').getByRole('button', { name: 'Read', exact: true }).waitFor();
  }, 30_000);

  test('No browser reported an error', () => {
    expect(complaintsOf(ann, bob)).toEqual([]);
  });
});
