import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { composer } from './chatting.ts';
import { openStage, type Person, roomRow, type Stage, until } from './stage.ts';

const SETTINGS_CODE = '**/assets/settings-page-*.js';
/** The code of a page that has a bug until somebody repairs it. */
const BUGGY = `export function SettingsPage() {
  if (globalThis.isRepaired !== true) throw new Error('a bug in the settings');
  return 'The settings work.';
}`;

let stage: Stage;
let ann: Person;

beforeAll(async () => {
  stage = await openStage();
  ann = await stage.owner('Ann Lee');
}, 60_000);
afterAll(() => stage.close());

async function openSettings(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Your account' }).click();
  await page.getByRole('menuitem', { name: 'Settings' }).click();
}

const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true });
const home = (page: Page) => page.getByRole('link', { name: 'Go to your chats' });

/** Another tab of Ann's, of which the page's own reloads are counted. */
async function newTab(): Promise<{ readonly page: Page; readonly loads: () => number }> {
  const page = await ann.context.newPage();
  let loads = 0;
  page.on('load', () => {
    loads += 1;
  });
  await page.goto('/');
  await roomRow(page, 'General').waitFor();
  return { page, loads: () => loads };
}

describe('addresses that lead nowhere (WA1)', () => {
  const wrong = [
    ...['/nowhere', '/r/a/b', `/r/${'x'.repeat(41)}`, '/r/room/m/0', '/r/room/m/1e3', '/r/room/m/-1'],
    ...['/i/short', '/join/short', '/settings/nothing', '/admin/nothing', '/admin/channels/x'],
  ];

  test('As someone with a mistyped link I am told so, and find the way to my chats', async () => {
    const { page } = ann;
    for (const address of wrong) {
      await page.goto(address);
      await heading(page, 'Page not found').waitFor();
    }
    await home(page).click();
    await roomRow(page, 'General').waitFor();
    expect(new URL(page.url()).pathname).toBe('/');
  }, 60_000);

  test('As someone who is not signed in I am told so, too, and find the way to the sign-in', async () => {
    const { page, context } = await stage.visitor('Somebody');
    await page.goto('/nowhere');
    await home(page).click();
    await heading(page, 'Sign in to Banyan').waitFor();
    await context.close();
  }, 30_000);
});

describe('links (WA2)', () => {
  test('As someone who presses Ctrl with a click I get the room in another tab, and stay where I am', async () => {
    const { page } = ann;
    const opening = ann.context.waitForEvent('page');
    await roomRow(page, 'General').click({ modifiers: ['ControlOrMeta'] });
    const other = await opening;
    await composer(other).waitFor();
    expect(new URL(page.url()).pathname).toBe('/');
    await other.close();
  }, 30_000);
});

describe('a page that throws an error (WA3)', () => {
  test('As someone on it I can copy the details, go elsewhere, and try again', async () => {
    const { page } = await newTab();
    await ann.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.route(SETTINGS_CODE, (route) => route.fulfill({ contentType: 'text/javascript', body: BUGGY }));
    await openSettings(page);
    await heading(page, 'This page has a problem').waitFor();
    await page.getByRole('button', { name: 'Copy details' }).click();
    const copied = () => page.evaluate(() => navigator.clipboard.readText());
    await until('the details are copied', async () => (await copied()).includes('a bug in the settings'));
    expect(await copied()).toContain('Route: /frame/settings/$section');
    await home(page).click();
    await roomRow(page, 'General').waitFor();
    await page.goBack();
    await heading(page, 'This page has a problem').waitFor();
    await page.evaluate(() => Object.assign(globalThis, { isRepaired: true }));
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('The settings work.').waitFor();
    await page.close();
  }, 60_000);

  test('As someone at the room list I can try again, too', async () => {
    const page = await ann.context.newPage();
    await page.addInitScript(() => {
      const format = Object.getOwnPropertyDescriptor(Intl.DateTimeFormat.prototype, 'format');
      Object.defineProperty(Intl.DateTimeFormat.prototype, 'format', {
        get(this: Intl.DateTimeFormat) {
          if (!('isRepaired' in globalThis)) throw new Error('no dates today');
          return format?.get?.call(this);
        },
      });
    });
    await page.goto('/');
    await heading(page, 'This page has a problem').waitFor();
    await page.evaluate(() => Object.assign(globalThis, { isRepaired: true }));
    await page.getByRole('button', { name: 'Try again' }).click();
    await roomRow(page, 'General').waitFor();
    await page.close();
  }, 30_000);
});

describe('code that cannot be loaded (WA6)', () => {
  /** What the server answers when it has a newer version: another first page, and a part is gone for so many times. */
  async function deploy(page: Page, times: number): Promise<void> {
    await page.route(SETTINGS_CODE, (route) => route.fulfill({ status: 404, body: 'not found' }), { times });
    await page.route('/', async (route) => {
      if (route.request().resourceType() === 'document') return route.continue();
      const response = await route.fetch();
      const body = (await response.text()).replace(/first-[\w-]+\.js/, 'first-newer.js');
      await route.fulfill({ response, body });
    });
  }

  test('As someone who is still on the old version I get the page after one reload', async () => {
    const { page, loads } = await newTab();
    await deploy(page, 1);
    await openSettings(page);
    await heading(page, 'Profile').first().waitFor();
    expect(loads()).toBe(2);
    await page.close();
  }, 60_000);

  test('As someone whom a reload does not help I am told so, and it is not reloaded again', async () => {
    const { page, loads } = await newTab();
    await deploy(page, 1_000);
    await openSettings(page);
    await page.getByText('The server has a newer version of the app').waitFor();
    expect(loads()).toBe(2);
    await page.unroute(SETTINGS_CODE);
    await page.getByRole('button', { name: 'Try again' }).click();
    await heading(page, 'Profile').first().waitFor();
    expect(loads()).toBe(2);
    await page.close();
  }, 60_000);

  test('As someone without a line I keep the page that I have', async () => {
    const { page, loads } = await newTab();
    await page.route(SETTINGS_CODE, (route) => route.abort('internetdisconnected'));
    await page.route('/', (route) => route.abort('internetdisconnected'));
    await openSettings(page);
    await page.getByText('The connection seems to be lost').waitFor();
    await home(page).click();
    await roomRow(page, 'General').waitFor();
    expect(loads()).toBe(1);
    await page.close();
  }, 30_000);
});
