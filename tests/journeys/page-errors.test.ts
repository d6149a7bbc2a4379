import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { keepPicture, openStage, type Person, type Stage } from './stage.ts';

let stage: Stage;
let ann: Person;

beforeAll(async () => {
  stage = await openStage();
  ann = await stage.owner('Ann Lee');
}, 60_000);
afterAll(() => stage.close());

/** Answers this operation, called over the live connection, with what no page can show, for as long as `isOn`. */
async function spoil(page: Page, operation: string, data: unknown): Promise<{ isOn: boolean }> {
  const spoiling = { isOn: true };
  await page.routeWebSocket(/\/connection\/websocket/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((text) => {
      for (const line of String(text).split('\n')) {
        const { id, rpc } = JSON.parse(line || '{}') as { id?: number; rpc?: { method: string } };
        if (spoiling.isOn && rpc?.method === operation) socket.send(JSON.stringify({ id, rpc: { data } }));
        else server.send(line);
      }
    });
  });
  return spoiling;
}

describe('a page that cannot be shown', () => {
  test('As someone whose page fails I read why, try again, and find the way back', async () => {
    const { page } = ann;
    const spoiling = await spoil(page, 'accounts.devices', { devices: [null] });
    await page.goto('/');
    await page.getByText('Choose a chat').waitFor();
    await page.getByRole('button', { name: 'Your account' }).click();
    await page.getByRole('menuitem', { name: 'Settings' }).click();
    await page.getByRole('link', { name: 'Devices' }).click();
    const told = page.getByRole('alert');
    await told.getByText('This page has a problem').waitFor();
    await keepPicture(page, 'page-failed');
    // Its menu is not part of what failed.
    await told.getByRole('button', { name: 'Copy details' }).waitFor();
    spoiling.isOn = false;
    await told.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('This device').waitFor();
    spoiling.isOn = true;
    await page.getByRole('link', { name: 'Profile' }).click();
    await page.getByRole('link', { name: 'Devices' }).click();
    await told.getByRole('link', { name: 'Go to your chats' }).click();
    await page.getByText('Choose a chat').waitFor();
    expect(new URL(page.url()).pathname).toBe('/');
  }, 60_000);

  test('As someone whose server was updated I get the new page, or read that I must reload', async () => {
    const { page } = ann;
    await page.goto('/');
    await page.getByText('Choose a chat').waitFor();
    await page.route('**/assets/settings-page-*.js', (route) => route.fulfill({ status: 404, body: 'gone' }));
    await page.getByRole('button', { name: 'Your account' }).click();
    await page.getByRole('menuitem', { name: 'Settings' }).click();
    const told = page.getByRole('alert');
    await told.getByText('The server has a newer version of the app').waitFor();
    await page.unroute('**/assets/settings-page-*.js');
    await told.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'Profile' }).first().waitFor();
  }, 60_000);

  test('As someone with a wrong address I read so, and find the way back', async () => {
    const { page } = ann;
    await page.goto('/no/such/page');
    await page.getByText('Page not found').waitFor();
    await keepPicture(page, 'page-not-found');
    await page.getByRole('link', { name: 'Go to your chats' }).click();
    await page.getByText('Choose a chat').waitFor();
  }, 60_000);
});
