import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { message, openRoom, say } from './chatting.ts';
import { complaintsOf, openStage, PASSWORD, type Person, roomRow, type Stage } from './stage.ts';

const NEW_PASSWORD = 'ten herons stand in the reeds';
/** A device signed out elsewhere loses the screen within this time. */
const AT_ONCE_MS = 2_500;

let stage: Stage;
let ann: Person;
let annsPhone: Person;
let bob: Person;

beforeAll(async () => {
  stage = await openStage();
  ann = await stage.visitor('Ann Lee');
  annsPhone = await stage.visitor('Ann Lee');
}, 60_000);
afterAll(() => stage.close());

async function signIn({ page }: Person, login: string, password: string): Promise<void> {
  await page.getByLabel('Handle or e-mail').fill(login);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

async function isSignedOut(page: Page, timeout?: number): Promise<void> {
  const gate = page.getByRole('heading', { name: 'Sign in to Banyan' });
  await gate.waitFor(timeout === undefined ? {} : { timeout });
}

async function settings(page: Page, section: string): Promise<void> {
  await page.goto('/');
  await page.getByRole('button', { name: 'Your account' }).click();
  await page.getByRole('menuitem', { name: 'Settings' }).click();
  await page.getByRole('navigation').getByRole('link', { name: section }).click();
  await page.getByRole('heading', { name: section, level: 2 }).waitFor();
}

describe('a person and their account', () => {
  test('As the owner I register with the link, sign out and sign in again', async () => {
    const { page } = ann;
    await page.goto(`/join/${stage.server.ownerInvite}`);
    await page.getByLabel('Name', { exact: true }).fill('Ann Lee');
    await page.getByLabel('Handle').fill('ann');
    await page.getByLabel('E-mail').fill('ann@example.com');
    await page.getByLabel('Password').fill('password12');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('alert').getByText('most common passwords').waitFor();
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Create account' }).click();
    await roomRow(page, 'General').waitFor();
    await page.getByRole('button', { name: 'Your account' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await isSignedOut(page);
    await signIn(ann, 'ann', 'a wrong sentence');
    await page.getByRole('alert').getByText('Handle, e-mail or password is wrong.').waitFor();
    await signIn(ann, 'ann@example.com', PASSWORD);
    await roomRow(page, 'General').waitFor();
  }, 30_000);

  test('As a person with a used link I am told that it no longer works', async () => {
    const late = await stage.visitor('Too Late');
    await late.page.goto(`/join/${stage.server.ownerInvite}`);
    await late.page.getByRole('heading', { name: 'This invitation no longer works' }).waitFor();
    await late.context.close();
  }, 30_000);

  test('As a person with two devices I sign one out from the other, and it stops at once', async () => {
    await annsPhone.page.goto('/');
    await signIn(annsPhone, 'ann', PASSWORD);
    await openRoom(annsPhone.page, 'General');
    await settings(ann.page, 'Devices');
    const devices = ann.page.getByRole('main').getByRole('listitem');
    await devices.nth(1).waitFor();
    expect(await devices.filter({ hasText: 'This device' }).count()).toBe(1);
    await devices.getByRole('button', { name: 'Sign out' }).click();
    await isSignedOut(annsPhone.page, AT_ONCE_MS);
    await devices.nth(1).waitFor({ state: 'detached' });
  }, 30_000);

  test('As a person who changes their password I stay signed in, and my other devices are signed out at once', async () => {
    await signIn(annsPhone, 'ann', PASSWORD);
    await openRoom(annsPhone.page, 'General');
    await settings(ann.page, 'Profile');
    const { page } = ann;
    await page.getByLabel('Current password').fill('not this one');
    await page.getByLabel('New password').fill(NEW_PASSWORD);
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Current password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Change password' }).click();
    await isSignedOut(annsPhone.page, AT_ONCE_MS);
    await page.getByText('Your other devices were signed out').waitFor();
    await signIn(annsPhone, 'ann', PASSWORD);
    await annsPhone.page.getByRole('alert').getByText('Handle, e-mail or password is wrong.').waitFor();
    await signIn(annsPhone, 'ann', NEW_PASSWORD);
    await roomRow(annsPhone.page, 'General').waitFor();
    await openRoom(annsPhone.page, 'General');
  }, 30_000);

  test('As a person with a new name and picture I see others get it without a reload', async () => {
    bob = await stage.member(ann, 'Bob Chen');
    await openRoom(bob.page, 'General');
    await say(annsPhone.page, 'seen-1');
    const seen = message(bob.page, 'seen-1');
    await seen.getByText('Ann Lee', { exact: true }).waitFor();
    await settings(ann.page, 'Profile');
    await ann.page.getByLabel('Name', { exact: true }).fill('林安妮');
    await ann.page.getByRole('button', { name: 'Save' }).click();
    await ann.page.getByText('Saved').waitFor();
    await seen.getByText('林安妮', { exact: true }).waitFor();
    const picture = { name: 'me.png', mimeType: 'image/png', buffer: await ann.page.screenshot() };
    await ann.page.getByLabel('Choose picture').setInputFiles(picture);
    await seen.locator('img').waitFor();
    const shown = await bob.page.request.get((await seen.locator('img').getAttribute('src')) ?? '');
    expect([shown.status(), shown.headers()['content-type']]).toEqual([200, 'image/webp']);
  }, 30_000);

  test('As a person who picks a text file as a picture I am told that it is none', async () => {
    const text = { name: 'me.png', mimeType: 'image/png', buffer: Buffer.from('not a picture at all') };
    await ann.page.getByLabel('Choose picture').setInputFiles(text);
    await ann.page.getByRole('alert').waitFor();
    await ann.page.getByRole('button', { name: 'Remove picture' }).click();
    await message(bob.page, 'seen-1').locator('img').waitFor({ state: 'detached' });
  }, 30_000);

  test('As a disabled person I am signed out at once and told why, until I am enabled again', async () => {
    await settings(ann.page, 'People');
    const row = ann.page.getByRole('listitem').filter({ hasText: '@bob.chen' });
    await row.getByRole('button', { name: 'Disable' }).click();
    await ann.page.getByRole('alertdialog').getByRole('button', { name: 'Disable' }).click();
    await isSignedOut(bob.page, AT_ONCE_MS);
    await signIn(bob, 'bob.chen', PASSWORD);
    await bob.page.getByRole('alert').getByText('This account is disabled.').waitFor();
    await row.getByRole('button', { name: 'Enable' }).click();
    await row.getByRole('button', { name: 'Disable' }).waitFor();
    await signIn(bob, 'bob.chen', PASSWORD);
    await roomRow(bob.page, 'General').waitFor();
  }, 30_000);

  test('No browser reported an error', () => {
    // A refusal by the server is logged by the browser as a failed load.
    const refused = /status of 4\d\d/;
    expect(complaintsOf(ann, annsPhone, bob).filter((text) => !refused.test(text))).toEqual([]);
  });
});
