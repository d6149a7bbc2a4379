import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Locator, Page, Request } from 'playwright-core';
import { complaintsOf, openStage, PASSWORD, type Person, roomRow, type Stage, until } from './stage.ts';

let stage: Stage;
let ann: Person;
let invite: string;

beforeAll(async () => {
  stage = await openStage();
  ann = await stage.owner('Ann Lee');
  invite = (await ann.call('accounts.createInvite', { uses: null })).code;
}, 60_000);
afterAll(() => stage.close());

/** A visitor at the form of the invitation, whose requests to register are counted. */
async function atRegistration(): Promise<{ readonly person: Person; readonly asked: () => number }> {
  const person = await stage.visitor('Somebody');
  let asked = 0;
  person.page.on('request', (request: Request) => {
    if (request.url().endsWith('/accounts.register')) asked += 1;
  });
  await person.page.goto(`/join/${invite}`);
  await person.page.getByLabel('Handle').waitFor();
  return { person, asked: () => asked };
}

const field = (page: Page, label: string) => page.getByLabel(label, { exact: true });
const send = (page: Page) => page.getByRole('button', { name: 'Create account' });

async function fill(page: Page, values: Readonly<Record<string, string>>): Promise<void> {
  for (const [label, value] of Object.entries(values)) await field(page, label).fill(value);
}

/** What is said of a field to those who cannot see where it stands. */
function noteOf(input: Locator): Promise<string> {
  return input.evaluate((node) => {
    const ids = (node.getAttribute('aria-describedby') ?? '').split(' ');
    const text = ids.map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
    return node.getAttribute('aria-invalid') === 'true' ? text : '';
  });
}

function gotFocus(input: Locator): Promise<void> {
  return until('it has the focus', () => input.evaluate((node) => node === document.activeElement));
}

describe('a form', () => {
  test('WA4: As someone who fills it in wrongly I see all that is wrong before anything is sent', async () => {
    const { person, asked } = await atRegistration();
    const { page } = person;
    await fill(page, { Name: 'Dan Ray', Handle: '?', 'E-mail (optional)': 'nowhere', Password: 'short' });
    await field(page, 'Name').press('Enter');
    await page.getByRole('alert').first().waitFor();
    expect(await noteOf(field(page, 'Handle'))).toContain('must be 2 to 30 of');
    expect(await noteOf(field(page, 'E-mail (optional)'))).toBe('must be an email address');
    expect(await noteOf(field(page, 'Password'))).toBe('must have at least 10 characters');
    expect(await noteOf(field(page, 'Name'))).toBe('');
    await gotFocus(field(page, 'Handle'));
    await field(page, 'Handle').fill('dan');
    expect(await noteOf(field(page, 'Handle'))).toBe('');
    expect(await noteOf(field(page, 'Password'))).toBe('must have at least 10 characters');
    expect(asked()).toBe(0);
    expect(await field(page, 'E-mail (optional)').inputValue()).toBe('nowhere');
    expect(complaintsOf(person)).toEqual([]);
    await person.context.close();
  }, 30_000);

  test('WA5: As someone whom the server refuses I see why at the field, and keep what I wrote', async () => {
    const { person } = await atRegistration();
    const { page } = person;
    await fill(page, { Handle: 'ann.lee', Password: PASSWORD });
    await field(page, 'Password').press('Enter');
    await page.getByRole('alert').waitFor();
    expect(await noteOf(field(page, 'Handle'))).toContain('this handle');
    await gotFocus(field(page, 'Handle'));
    expect(await field(page, 'Password').inputValue()).toBe(PASSWORD);
    await person.context.close();
  }, 30_000);

  test('WA7: As someone who presses Enter again and again I register once', async () => {
    const { person, asked } = await atRegistration();
    const { page } = person;
    await page.route('**/accounts.register', async (route) => {
      await Bun.sleep(500);
      await route.continue();
    });
    await fill(page, { Handle: 'enter', Password: PASSWORD });
    for (let time = 0; time < 3; time += 1) await field(page, 'Password').press('Enter');
    await send(page).and(page.locator('[aria-busy=true]')).waitFor();
    expect(await send(page).isDisabled()).toBe(true);
    await roomRow(page, 'General').waitFor();
    expect(asked()).toBe(1);
    await person.context.close();
  }, 30_000);

  test('WA5: As someone without a line I am told above the button, and send it again as it is', async () => {
    const { person } = await atRegistration();
    const { page } = person;
    await fill(page, { Handle: 'offline', Password: PASSWORD });
    await page.route('**/accounts.register', (route) => route.abort('internetdisconnected'));
    await send(page).click();
    await page.getByRole('alert').getByText('The server cannot be reached. Try again.').waitFor();
    await page.unroute('**/accounts.register');
    await send(page).click();
    await roomRow(page, 'General').waitFor();
    await person.context.close();
  }, 30_000);

  test('WA4: As someone whose browser cannot load the rules I have the server’s word for them', async () => {
    const { person, asked } = await atRegistration();
    const { page } = person;
    await page.route(/assets\/(contract|broken-rules)-/, (route) => route.abort());
    // A fresh page, which has not got them yet.
    await page.reload();
    await fill(page, { Handle: 'late', Password: 'short' });
    await send(page).click();
    await page.getByRole('alert').waitFor();
    expect(await noteOf(field(page, 'Password'))).toBe('must have at least 10 characters');
    await gotFocus(field(page, 'Password'));
    expect(asked()).toBe(1);
    await person.context.close();
  }, 30_000);
});

describe('a form with parts', () => {
  test('WA5: As the owner I see which webhook is wrong, and stay where I can repair it', async () => {
    const { page } = ann;
    await page.goto('/admin/apps');
    await page.getByRole('button', { name: 'New app' }).click();
    const dialog = page.getByRole('dialog', { name: 'New app' });
    await field(page, 'Name').fill('Shop');
    for (let time = 0; time < 2; time += 1) await dialog.getByRole('button', { name: 'Add a webhook' }).click();
    const urls = dialog.getByLabel('Address', { exact: true });
    await urls.nth(0).fill('https://example.com/hook');
    await urls.nth(1).fill('ftp://example.com/hook');
    await dialog.getByRole('button', { name: 'Make app' }).click();
    await dialog.getByRole('alert').waitFor();
    expect([await noteOf(urls.nth(0)), await noteOf(urls.nth(1))]).toEqual(['', 'must be an http(s) address']);
    await gotFocus(urls.nth(1));
    expect(await dialog.getByRole('alert').count()).toBe(1);
  }, 30_000);
});
