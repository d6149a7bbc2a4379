import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { message, openRoom, say, showsInOrder } from './chatting.ts';
import { complaintsOf, handleOf, openStage, PASSWORD, type Person, roomRow, type Stage } from './stage.ts';

let stage: Stage;
let ann: Person;
let bob: Person;

beforeAll(async () => {
  stage = await openStage();
  ann = await stage.owner('Ann Lee');
  bob = await stage.member(ann, 'Bob Chen');
  await Promise.all([openRoom(ann.page, 'General'), openRoom(bob.page, 'General')]);
}, 60_000);
afterAll(() => stage.close());

const waiting = (page: Page) => page.getByRole('img', { name: 'Waiting to be sent' });

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
}

async function signIn(page: Page, name: string): Promise<void> {
  await page.getByLabel('Handle or e-mail').fill(handleOf(name));
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await roomRow(page, 'General').waitFor();
}

describe('a person with two tabs', () => {
  test('As a person who writes in both while offline I send each message once, in writing order', async () => {
    const other = await ann.context.newPage();
    await other.goto('/');
    await openRoom(other, 'General');
    const wanted = Array.from({ length: 7 }, (_, index) => `tabs-${index}`);
    await say(ann.page, 'tabs-0');
    await message(other, 'tabs-0').waitFor();
    await ann.context.setOffline(true);
    for (const [index, text] of wanted.slice(1).entries()) await say(index % 2 === 0 ? ann.page : other, text);
    await ann.context.setOffline(false);
    for (const page of [ann.page, other, bob.page]) await showsInOrder(page, /tabs-\d/g, wanted);
    for (const page of [ann.page, other]) await waiting(page).first().waitFor({ state: 'detached' });
    await other.close();
  }, 60_000);

  test('As a person whose browser another person uses next I send nothing in their name', async () => {
    const other = await ann.context.newPage();
    let isCut = true;
    await other.routeWebSocket(/\/connection\//, (socket) => (isCut ? socket.close() : socket.connectToServer()));
    await other.goto('/');
    await openRoom(other, 'General');
    await say(other, 'from ann');
    await signOut(ann.page);
    await signIn(ann.page, 'Bob Chen');
    await other.waitForFunction(() => localStorage.getItem('banyan-me')?.includes('Bob Chen'));
    await openRoom(other, 'General');
    await message(other, 'from ann').waitFor({ state: 'detached' });
    isCut = false;
    await say(other, 'from bob');
    await message(bob.page, 'from bob').waitFor();
    expect(await message(bob.page, 'from ann').count()).toBe(0);
    await signOut(ann.page);
    await signIn(ann.page, 'Ann Lee');
    await message(bob.page, 'from ann').waitFor();
    expect(await message(bob.page, 'from ann').getAttribute('aria-label')).toContain('Ann Lee');
    await other.close();
  }, 60_000);

  test('No browser reported an error', () => {
    expect(
      complaintsOf(ann, bob).filter((text) => !/ERR_INTERNET_DISCONNECTED|WebSocket|ERR_FAILED/.test(text)),
    ).toEqual([]);
  });
});
