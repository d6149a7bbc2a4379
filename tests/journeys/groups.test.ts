import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Locator, Page } from 'playwright-core';
import { message, openRoom, say } from './chatting.ts';
import { complaintsOf, openStage, type Person, roomRow, type Stage } from './stage.ts';

let stage: Stage;
let ann: Person;
let bob: Person;
let cy: Person;
let link: string;

beforeAll(async () => {
  stage = await openStage();
  ann = await stage.owner('Ann Lee');
  bob = await stage.member(ann, 'Bob Chen');
  cy = await stage.member(ann, 'Cy Moss');
}, 60_000);
afterAll(() => stage.close());

function panel(page: Page): Locator {
  return page.getByRole('complementary', { name: 'Members' });
}

function memberRow(page: Page, name: string): Locator {
  return panel(page).getByRole('listitem').filter({ hasText: name });
}

/** Chooses from a member row's menu. */
async function pickFor(page: Page, name: string, item: string): Promise<void> {
  await memberRow(page, name)
    .getByRole('button', { name: `Actions for ${name}` })
    .click();
  await page.getByRole('menuitem', { name: item, exact: true }).click();
}

async function confirm(page: Page, label: string): Promise<void> {
  await page.getByRole('alertdialog').getByRole('button', { name: label }).click();
}

async function notice(page: Page, text: string): Promise<void> {
  await page.getByRole('log').getByText(text).waitFor();
}

describe('a group', () => {
  test('As a person who creates a group I choose its name and members, and they see it at once', async () => {
    const { page } = ann;
    await page.getByRole('button', { name: 'New chat' }).click();
    await page.getByRole('menuitem', { name: 'New group' }).click();
    const dialog = page.getByRole('dialog', { name: 'New group' });
    await dialog.getByLabel('Name of the group').fill('Garden club');
    await dialog.getByRole('searchbox', { name: 'Name or handle' }).fill('bob');
    await dialog.getByRole('button', { name: 'Bob Chen' }).first().click();
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { name: 'Garden club' }).waitFor();
    await say(page, 'garden-1 Welcome');
    await roomRow(bob.page, 'Garden club').getByText('1 unread').waitFor();
    await openRoom(bob.page, 'Garden club');
    await message(bob.page, 'garden-1').waitFor();
    expect(await roomRow(cy.page, 'Garden club').count()).toBe(0);
  }, 30_000);

  test('As its owner I create a link, and another person joins with it', async () => {
    await ann.page.getByRole('button', { name: 'Show members' }).click();
    await panel(ann.page).getByRole('button', { name: 'Invite link' }).click();
    const dialog = ann.page.getByRole('dialog', { name: 'Invite link' });
    await dialog.getByRole('button', { name: 'Create link' }).click();
    link = await dialog.getByRole('textbox', { name: 'Invite link' }).inputValue();
    await cy.page.goto(link);
    await cy.page.getByRole('heading', { name: 'Join “Garden club”' }).waitFor();
    await cy.page.getByText('2 people are in this group.').waitFor();
    await cy.page.getByRole('button', { name: 'Join' }).click();
    await message(cy.page, 'garden-1').waitFor();
    await notice(bob.page, 'Cy Moss joined');
    await dialog.getByRole('button', { name: 'Close' }).click();
    await panel(ann.page).getByRole('heading', { name: '3 members' }).waitFor();
  }, 30_000);

  test('As its owner I revoke the link, and it stops working', async () => {
    await panel(ann.page).getByRole('button', { name: 'Invite link' }).click();
    await ann.page.getByRole('button', { name: 'Revoke' }).click();
    await ann.page.getByText('No links yet').waitFor();
    await ann.page.keyboard.press('Escape');
    const dee = await stage.member(ann, 'Dee Park');
    await dee.page.goto(link);
    await dee.page.getByText('This invitation no longer works').waitFor();
    await dee.page.getByRole('link', { name: 'To your chats' }).click();
    await roomRow(dee.page, 'General').waitFor();
    await dee.context.close();
  }, 30_000);

  test('As a member I cannot manage the group; as an admin I can', async () => {
    await bob.page.getByRole('button', { name: 'Show members' }).click();
    await memberRow(bob.page, 'Ann Lee').getByText('owner').waitFor();
    const adds = panel(bob.page).getByRole('button', { name: 'Add people' });
    expect(await adds.count()).toBe(0);
    await pickFor(ann.page, 'Bob Chen', 'Make admin');
    await adds.waitFor();
    await notice(cy.page, 'Ann Lee made Bob Chen an admin');
    await memberRow(ann.page, 'Bob Chen').getByText('admin').waitFor();
  }, 30_000);

  test('As an admin I rename it, and everyone sees the new name', async () => {
    await panel(bob.page).getByRole('button', { name: 'Name and picture' }).click();
    const dialog = bob.page.getByRole('dialog', { name: 'Name and picture' });
    const field = dialog.getByLabel('Name of the group');
    // AU8: the error appears at its field only.
    await field.fill('Garden\u200bclub');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('alert').getByText('must not contain invisible characters').waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await bob.page.getByText('must not contain invisible characters').count()).toBe(1);
    await field.fill('园艺 & Co');
    expect(await field.getAttribute('aria-invalid')).toBe('false');
    await dialog.getByRole('button', { name: 'Save' }).click();
    for (const { page } of [ann, bob, cy]) {
      await page.getByRole('heading', { name: '园艺 & Co' }).waitFor();
      await roomRow(page, '园艺 & Co').waitFor();
      await notice(page, 'renamed the group to “园艺 & Co”');
    }
  }, 30_000);

  test('As a removed member I lose the room at once', async () => {
    await pickFor(bob.page, 'Cy Moss', 'Remove from group');
    await confirm(bob.page, 'Remove from group');
    await cy.page.getByText('Choose a chat').waitFor({ timeout: 2_500 });
    expect(await roomRow(cy.page, '园艺').count()).toBe(0);
    expect(await cy.page.getByText('garden-1').count()).toBe(0);
    await notice(ann.page, 'Bob Chen removed Cy Moss');
    const refused = await cy.call('chat.history', { room: await idOf(ann, '园艺 & Co') }).catch(String);
    expect(refused).toContain('404');
  }, 30_000);

  test('As an admin I add a removed member again, and they see the history', async () => {
    await panel(bob.page).getByRole('button', { name: 'Add people' }).click();
    const dialog = bob.page.getByRole('dialog', { name: 'Add people' });
    await dialog.getByRole('button', { name: 'Cy Moss' }).click();
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await openRoom(cy.page, '园艺 & Co');
    await message(cy.page, 'garden-1').waitFor();
    await notice(ann.page, 'Bob Chen added Cy Moss');
  }, 30_000);

  test('As a person who leaves I no longer see the group, and the others are told', async () => {
    await cy.page.getByRole('button', { name: 'Show members' }).click();
    await panel(cy.page).getByRole('button', { name: 'Leave group' }).click();
    await confirm(cy.page, 'Leave group');
    await cy.page.getByText('Choose a chat').waitFor();
    await roomRow(cy.page, '园艺 & Co').waitFor({ state: 'detached' });
    await notice(bob.page, 'Cy Moss left');
    await panel(ann.page).getByRole('heading', { name: '2 members' }).waitFor();
  }, 30_000);

  test('As its owner I can leave only after I transfer the group', async () => {
    await panel(ann.page).getByRole('button', { name: 'Leave group' }).click();
    await confirm(ann.page, 'Leave group');
    await ann.page.getByText('That did not work').waitFor();
    await pickFor(ann.page, 'Bob Chen', 'Hand the group over');
    await confirm(ann.page, 'Hand the group over');
    await memberRow(ann.page, 'Bob Chen').getByText('owner').waitFor();
    await panel(ann.page).getByRole('button', { name: 'Leave group' }).click();
    await confirm(ann.page, 'Leave group');
    await roomRow(ann.page, '园艺 & Co').waitFor({ state: 'detached' });
    await panel(bob.page).getByRole('heading', { name: '1 member' }).waitFor();
  }, 30_000);

  test('As a member I message another from the member list', async () => {
    await openRoom(bob.page, 'General');
    await bob.page.getByRole('button', { name: 'Show members' }).click();
    await pickFor(bob.page, 'Cy Moss', 'Send a message');
    await bob.page.getByRole('heading', { name: 'Cy Moss' }).waitFor();
    await say(bob.page, 'aside-1');
    await roomRow(cy.page, 'Bob Chen').getByText('1 unread').waitFor();
  }, 30_000);

  test('No browser reported an error', () => {
    // A refusal by the server is logged by the browser as a failed load.
    const refused = /status of 4\d\d/;
    expect(complaintsOf(ann, bob, cy).filter((text) => !refused.test(text))).toEqual([]);
  });
});

async function idOf({ call }: Person, title: string): Promise<string> {
  const { rooms } = await call('chat.rooms', {});
  return rooms.find((room) => room.title === title)?.id ?? '';
}
