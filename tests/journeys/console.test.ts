import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { Centrifuge } from 'centrifuge';
import type { Locator, Page } from 'playwright-core';
import { centrifugeWays } from '../interop/ways/centrifuge.ts';
import { plainWays } from '../interop/ways/plain-http.ts';
import { PUSHER_APPS, pusherWay } from '../interop/ways/pusher.ts';
import { socketIoWays } from '../interop/ways/socketio.ts';
import type { Party, Way } from '../interop/ways/way.ts';
import { say } from './chatting.ts';
import { complaintsOf, openStage, type Person, roomRow, type Stage, until } from './stage.ts';

/** One client of each kind, and the protocol name in the list. */
const WAYS: readonly (readonly [string, Way | undefined])[] = [
  ['Centrifuge JSON', centrifugeWays[0]],
  ['Centrifuge Protobuf', centrifugeWays[1]],
  ['Centrifuge JSON · HTTP', centrifugeWays[2]],
  ['SSE', plainWays[0]],
  ['Pusher', pusherWay],
  ['Socket.IO', socketIoWays[0]],
];
const CHANNEL = 'demo:weather';

let stage: Stage;
let ann: Person;
let bob: Person;
const parties: Party[] = [];

beforeAll(async () => {
  stage = await openStage({
    BANYAN_CLIENT_INSECURE: 'true',
    BANYAN_PUSHER_APPS: JSON.stringify(PUSHER_APPS),
    BANYAN_WEBHOOK_ATTEMPTS: '1',
  });
  ann = await stage.owner('Ann Lee');
  bob = await stage.member(ann, 'Bob Chen');
  for (const [, way] of WAYS) parties.push(await (way as Way).join(stage.server, CHANNEL));
}, 60_000);
afterAll(async () => {
  for (const party of parties) party.leave();
  await stage.close();
});

const section = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Console' }).getByRole('link', { name });
const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true, level: 2 });
const rows = (page: Page) => page.getByRole('table').locator('tbody tr');
const toast = (page: Page, text: string) => page.getByRole('status').getByText(text);

/** A number of the overview: the tile with this name. */
async function tile(page: Page, name: string): Promise<string> {
  return (
    (await page
      .locator('dl > div', { has: page.getByText(name, { exact: true }) })
      .first()
      .locator('dd')
      .textContent()) ?? ''
  );
}

/** Publishes repeatedly while waiting for something. */
async function whilePublishing(wait: () => Promise<unknown>): Promise<void> {
  let isOver = false;
  const publishing = (async () => {
    for (let n = 0; !isOver; n += 1) {
      await parties[0]?.say?.({ n });
      await Bun.sleep(20);
    }
  })();
  try {
    await wait();
  } finally {
    isOver = true;
    await publishing;
  }
}

/** A separate client, which the test disconnects. */
async function openClient(channel: string) {
  const client = new Centrifuge(stage.server.socketUrl);
  const heard: unknown[] = [];
  const codes: number[] = [];
  client.on('disconnected', ({ code }) => codes.push(code));
  const subscription = client.newSubscription(channel);
  subscription.on('publication', ({ data }) => heard.push(data));
  const connected = new Promise<string>((resolve) => client.on('connected', (context) => resolve(context.client)));
  subscription.subscribe();
  client.connect();
  await subscription.ready(5_000);
  return { client, id: await connected, heard, codes };
}

describe('the overview', () => {
  test("As the owner I open the console from my menu and see the server's state", async () => {
    await ann.page.getByRole('button', { name: 'Your account' }).click();
    await ann.page.getByRole('menuitem', { name: 'Console' }).click();
    await heading(ann.page, 'Overview').waitFor();
    await until('the clients are counted', async () => Number(await tile(ann.page, 'Connections')) >= WAYS.length + 2);
    expect(await ann.page.locator('canvas').count()).toBe(10);
    expect(new URL(ann.page.url()).pathname).toBe('/admin');
  }, 30_000);

  test('As the owner I see charts update while people publish', async () => {
    const chart = ann.page.getByRole('region', { name: 'Publications and deliveries' });
    const picture = () => chart.locator('canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    const before = await picture();
    await whilePublishing(async () => {
      await chart
        .getByText(/^[1-9]\d*\/s$/)
        .nth(1)
        .waitFor();
      await until('the chart is drawn anew', async () => (await picture()) !== before);
    });
    await ann.page
      .getByRole('region', { name: 'Delivery delay' })
      .getByText(/^[\d.,]+ ms$/)
      .first()
      .waitFor();
  }, 30_000);

  test('As the owner I point at a moment, and all charts show their values at that time', async () => {
    const region = (name: string) => ann.page.getByRole('region', { name });
    const box = await region('Publications and deliveries').locator('.u-over').boundingBox();
    if (box === null) throw new Error('there is no chart');
    await ann.page.mouse.move(box.x + box.width - 4, box.y + box.height / 2);
    for (const name of ['Publications and deliveries', 'Memory']) {
      await region(name)
        .getByText(/\d\d:\d\d:\d\d$/)
        .waitFor();
    }
    await ann.page.mouse.move(5, 5);
    await region('Memory')
      .getByText(/\d\d:\d\d:\d\d$/)
      .waitFor({ state: 'detached' });
  }, 30_000);

  test('As the owner I find the last minutes when I return, for the range I chose', async () => {
    await ann.page.getByRole('button', { name: '1 min', exact: true }).click();
    await ann.page.waitForURL('**/admin?range=60');
    await ann.page.reload();
    await heading(ann.page, 'Overview').waitFor();
    // One sample is taken per second; how many exist by now depends on this machine.
    await until('samples with deliveries are kept', async () => {
      const { at, measures } = await ann.call('console.metrics', {});
      return at.length > 3 && measures.deliveries.some((value) => (value ?? 0) > 0);
    });
    const pressed = ann.page.getByRole('button', { name: '1 min', exact: true });
    expect(await pressed.getAttribute('aria-pressed')).toBe('true');
  }, 30_000);
});

describe('a broken connection', () => {
  test("As the owner I see that metrics are paused, and that they resume with the server's current state", async () => {
    await ann.page.goto('/admin');
    await ann.page.getByText('Live', { exact: true }).waitFor();
    await ann.context.setOffline(true);
    await ann.page.getByText('Waiting for the server').waitFor();
    await ann.context.setOffline(false);
    await ann.page.getByText('Live', { exact: true }).waitFor();
    const before = await tile(ann.page, 'Publications');
    await whilePublishing(() => until('figures come', async () => (await tile(ann.page, 'Publications')) !== before));
  }, 30_000);
});

describe('connections', () => {
  test('As the owner I see clients of every protocol', async () => {
    await section(ann.page, 'Connections').click();
    for (const [protocol] of WAYS) {
      await ann.page.getByRole('cell', { name: protocol, exact: true }).first().waitFor();
    }
    await rows(ann.page).filter({ hasText: 'Bob Chen' }).waitFor();
  }, 30_000);

  test('As the owner I search by handle, and the URL can be shared', async () => {
    await ann.page.keyboard.press('/');
    await ann.page.keyboard.type('bob.chen');
    await ann.page.waitForURL('**/admin/connections?text=bob.chen');
    await until('only Bob is left', async () => (await rows(ann.page).count()) === 1);
    await ann.page.reload();
    await rows(ann.page).filter({ hasText: '@bob.chen' }).waitFor();
    expect(await ann.page.getByRole('searchbox').inputValue()).toBe('bob.chen');
    await ann.page.getByRole('searchbox').fill('nobody like that');
    await ann.page.getByText('Nothing matches “nobody like that”').waitFor();
  }, 30_000);

  test('CN4 As the owner I close a connection, and it is really closed', async () => {
    const { client, id, codes } = await openClient('demo:short');
    await ann.page.goto(`/admin/connections?text=${id}`);
    await rows(ann.page).first().getByRole('link').click();
    await ann.page.getByText(id).waitFor();
    await ann.page.getByRole('link', { name: 'demo:short' }).waitFor();
    await ann.page.getByRole('button', { name: 'Disconnect', exact: true }).click();
    // The dialog's focus starts on Cancel: one keypress too many does nothing.
    await ann.page.keyboard.press('Enter');
    expect(codes).toEqual([]);
    await ann.page.getByRole('button', { name: 'Disconnect', exact: true }).click();
    await ann.page.getByRole('alertdialog').getByRole('button', { name: 'Disconnect', exact: true }).click();
    await toast(ann.page, '1 connection ended').waitFor();
    await until('the client was told', () => codes.length > 0);
    expect(codes).toEqual([3503]);
    await ann.page.getByText('This connection is no more').waitFor();
    client.disconnect();
  }, 30_000);

  test('As the owner I close all connections of a person, who can reconnect', async () => {
    const idOf = async () => (await ann.call('console.connections', { text: 'bob.chen' })).connections[0]?.client;
    const before = await idOf();
    await ann.page.goto(`/admin/connection?client=${before}`);
    await ann.page.getByRole('button', { name: 'Disconnect all of this user' }).click();
    const dialog = ann.page.getByRole('alertdialog');
    await dialog.getByText('It is no ban').waitFor();
    await dialog.getByRole('button', { name: 'Disconnect all of this user' }).click();
    await toast(ann.page, '1 connection ended').waitFor();
    await until('Bob is back', async () => ![before, undefined].includes(await idOf()));
    await roomRow(bob.page, 'General').waitFor();
  }, 30_000);

  test('As the owner I page through a long list, and back', async () => {
    const clients = await Promise.all(Array.from({ length: 55 }, () => openClient('demo:crowd')));
    await ann.page.goto('/admin/connections');
    const first = ann.page.getByText(/^1–50 of \d+$/);
    // Newer connections may exist by now, such as the page's own.
    const second = ann.page.getByText(/^5\d–\d+ of \d+$/);
    await first.waitFor();
    await ann.page.getByRole('link', { name: 'Next page' }).click();
    await second.waitFor();
    await ann.page.reload();
    await second.waitFor();
    await ann.page.getByRole('link', { name: 'Previous page' }).click();
    await ann.page.getByText(/^\d–\d+ of \d+$/).waitFor();
    for (const { client } of clients) client.disconnect();
  }, 30_000);
});

describe('channels', () => {
  test('As the owner I find a channel by prefix, and open it', async () => {
    await ann.page.goto('/admin/channels');
    await ann.page.getByLabel('Order').selectOption('Most subscribers first');
    await ann.page.waitForURL('**/admin/channels?order=subscribers');
    await ann.page.getByRole('searchbox').fill('demo:wea');
    await until('one channel is left', async () => (await rows(ann.page).count()) === 1);
    await rows(ann.page).getByRole('link', { name: CHANNEL }).press('Enter');
    await heading(ann.page, CHANNEL).waitFor();
    await until('the keyboard goes on from there', () =>
      ann.page.evaluate(() => document.activeElement?.id === 'main'),
    );
    expect(await ann.page.title()).toBe('Console · Banyan');
    await ann.page.getByText('Rules of the namespace demo').click();
    await ann.page.getByText('May publish').waitFor();
    await ann.page.getByRole('region', { name: /^Present now/ }).waitFor();
    await ann.page.goBack();
    await rows(ann.page).getByRole('link', { name: CHANNEL }).waitFor();
  }, 30_000);

  test('As the owner I publish to every real client, and see the offset', async () => {
    await ann.page.goto(`/admin/channel?name=${CHANNEL}`);
    const data = ann.page.getByLabel('Data');
    await data.fill('{ "city": "Shanghai",\n  temperature: 21 }');
    await ann.page.getByRole('button', { name: 'Publish' }).click();
    await ann.page.getByRole('alert').getByText('This is not JSON').waitFor();
    await data.fill('{ "city": "Shanghai", "temperature": 21.5 }');
    await data.press('Control+Enter');
    await ann.page
      .getByRole('status')
      .getByText(/^Published at offset [\d,]+/)
      .waitFor();
    const published = { city: 'Shanghai', temperature: 21.5 };
    for (const { heard } of parties)
      await until('it arrived', () => JSON.stringify(heard?.at(-1)?.[1]) === JSON.stringify(published));
    await ann.page.getByRole('region', { name: 'History' }).getByText('"temperature": 21.5').waitFor();
  }, 30_000);

  test('As the owner I load older history', async () => {
    for (let n = 0; n < 30; n += 1) await parties[0]?.say?.({ n });
    await ann.page.reload();
    const history = ann.page.getByRole('region', { name: 'History' });
    const count = () => history.getByRole('listitem').count();
    await until('the first part is shown', async () => (await count()) > 0);
    expect(await count()).toBe(20);
    await history.getByRole('button', { name: 'Show older' }).click();
    await until('more is shown', async () => (await count()) > 20);
  }, 30_000);

  test("As the owner I can remove history only after typing the channel's name", async () => {
    const history = ann.page.getByRole('region', { name: 'History' });
    await history.getByRole('button', { name: 'Remove history' }).click();
    const dialog = ann.page.getByRole('dialog', { name: 'Remove history' });
    const confirm = dialog.getByRole('button', { name: 'Remove history' });
    await dialog.getByRole('textbox').fill('demo:wether');
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByRole('textbox').fill(CHANNEL);
    await confirm.click();
    await toast(ann.page, 'History removed').waitFor();
    await history.getByText('Nothing was published here').waitFor();
    expect((await ann.call('console.history', { channel: CHANNEL })).publications).toEqual([]);
  }, 30_000);

  test('As the owner I open a channel without subscribers by its name', async () => {
    await ann.page.goto('/admin/channels');
    await ann.page.getByRole('searchbox').fill('log:of the night/100%');
    await ann.page.getByRole('link', { name: 'Open log:of the night/100%' }).click();
    await heading(ann.page, 'log:of the night/100%').waitFor();
    await ann.page.getByText('Nothing was published here').waitFor();
    await ann.page.goto('/admin/channel?name=nowhere:x');
    await ann.page.getByText('There is no such namespace').waitFor();
    for (const [name, reason] of [
      ['log:%01', 'Channel must be valid text without control characters'],
      [`log:${'x'.repeat(300)}`, 'Channel must have at most 255 characters'],
    ]) {
      await ann.page.goto(`/admin/channel?name=${name}`);
      await ann.page.getByText(`${reason}`).waitFor();
    }
  }, 30_000);

  test('CN2 As the owner I see that a room exists, but none of its messages', async () => {
    await roomRow(bob.page, 'General').click();
    await say(bob.page, 'between ourselves');
    await ann.page.goto('/admin/channels?prefix=room:');
    await rows(ann.page).first().getByRole('link').click();
    await ann.page.getByRole('heading', { name: 'What is said here stays here' }).waitFor();
    expect(await ann.page.getByText('between ourselves').count()).toBe(0);
    for (const absent of ['Publish', 'Remove history']) {
      expect(await ann.page.getByRole('button', { name: absent }).count()).toBe(0);
    }
  }, 30_000);
});

describe('keys, apps and dead letters', () => {
  /** Status of a server API publish with this key. */
  async function publishWith(key: string): Promise<boolean> {
    const response = await fetch(`${stage.server.url}/api/publish`, {
      ...{ method: 'POST', headers: { 'Content-Type': 'application/json', 'X-API-Key': key } },
      body: JSON.stringify({ channel: 'demo:keys', data: {} }),
    });
    return response.ok && !('error' in ((await response.json()) as object));
  }
  const secretIn = async (dialog: Locator, label: string) =>
    (await dialog
      .locator('div', { has: dialog.page().getByText(label, { exact: true }) })
      .locator('code')
      .last()
      .textContent()) ?? '';

  test('As the owner I create a key for the server API, limit it, and revoke it', async () => {
    await section(ann.page, 'API keys').click();
    await ann.page.getByText('No API keys yet').waitFor();
    await ann.page.getByRole('button', { name: 'New key' }).click();
    await ann.page.getByRole('button', { name: 'Make key' }).click();
    await ann.page.getByRole('alert').waitFor();
    await ann.page.getByLabel('Name', { exact: true }).fill('Weather importer');
    await ann.page.getByRole('button', { name: 'Make key' }).click();
    const shown = ann.page.getByRole('dialog', { name: 'Your new key' });
    const key = await secretIn(shown, 'Key');
    await shown.getByRole('button', { name: 'I have kept it' }).click();
    expect(await publishWith(key)).toBe(true);
    const row = ann.page.getByRole('listitem').filter({ hasText: 'Weather importer' });
    await row.getByRole('button', { name: 'Edit' }).click();
    await ann.page.getByLabel('All methods').uncheck();
    await ann.page.getByLabel('history', { exact: true }).check();
    await ann.page.getByRole('button', { name: 'Save' }).click();
    await row.getByText('history · All namespaces').waitFor();
    expect(await publishWith(key)).toBe(false);
    await row.getByRole('button', { name: 'Revoke' }).click();
    await ann.page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click();
    await row.getByText('revoked', { exact: true }).waitFor();
  }, 30_000);

  test('As the owner I create an app, change it, renew its secret, and delete it', async () => {
    await section(ann.page, 'Apps').click();
    await ann.page.getByRole('button', { name: 'New app' }).click();
    await ann.page.getByLabel('Name', { exact: true }).fill('Shop');
    await ann.page.getByLabel('Client events a second').fill('lots');
    await ann.page.getByRole('button', { name: 'Make app' }).click();
    await ann.page.getByRole('alert').waitFor();
    await ann.page.getByLabel('Client events a second').fill('20');
    await ann.page.getByRole('button', { name: 'Make app' }).click();
    const made = ann.page.getByRole('dialog', { name: 'Your new app' });
    const secret = await secretIn(made, 'Secret');
    await made.getByRole('button', { name: 'I have kept it' }).click();
    const row = ann.page.getByRole('listitem').filter({ hasText: 'Shop' });
    await row.getByRole('button', { name: 'Edit' }).click();
    await ann.page.getByLabel('Connections at most').fill('7');
    await ann.page.getByRole('button', { name: 'Save' }).click();
    await row.getByText('0 of 7 connected').waitFor();
    await row.getByRole('button', { name: 'New secret' }).click();
    await ann.page.getByRole('alertdialog').getByRole('button', { name: 'New secret' }).click();
    const rotated = ann.page.getByRole('dialog', { name: 'The secret is another one now' });
    expect(await secretIn(rotated, 'Secret')).not.toBe(secret);
    await rotated.getByRole('button', { name: 'I have kept it' }).click();
    await row.getByRole('button', { name: 'Delete' }).click();
    await ann.page.getByRole('dialog').getByRole('textbox').fill('Shop');
    await ann.page.getByRole('dialog').getByRole('button', { name: 'Delete app' }).click();
    await row.waitFor({ state: 'detached' });
  }, 30_000);

  test('As the owner I see a permanently failed webhook, retry it, and delete it', async () => {
    const webhooks = [{ url: 'http://127.0.0.1:9/hook' }];
    const { app } = await ann.call('apps.create', { name: 'Hooked', namespace: 'demo', webhooks });
    const client = await openClient('demo:orders');
    await section(ann.page, 'Dead letters').click();
    const letters = ann.page.getByRole('list', { name: 'Dead letters' }).getByRole('listitem');
    await until('the webhook has failed', async () => {
      await ann.page.getByRole('button', { name: 'Refresh' }).click();
      return (await letters.count()) > 0;
    });
    client.client.disconnect();
    await letters.first().getByRole('button', { name: 'Look' }).click();
    const dialog = ann.page.getByRole('dialog', { name: 'Dead letter' });
    await dialog.getByText('channel_occupied').first().waitFor();
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await toast(ann.page, '1 is tried again').waitFor();
    await until('it has failed again', async () => (await ann.call('deadLetters.list', {})).total > 0);
    await ann.page.getByRole('button', { name: 'Refresh' }).click();
    await ann.page.getByRole('button', { name: 'Throw all away' }).click();
    await ann.page.getByRole('alertdialog').getByRole('button', { name: 'Throw all away' }).click();
    await ann.page.getByText('Nothing is left undone').waitFor();
    await ann.call('apps.delete', { id: app.id });
  }, 30_000);
});

describe('a member', () => {
  test('CN1 As a member I cannot open the console, and am told so at its URL', async () => {
    await bob.page.goto('/');
    await bob.page.getByRole('button', { name: 'Your account' }).click();
    await bob.page.getByRole('menuitem', { name: 'Settings' }).waitFor();
    expect(await bob.page.getByRole('menuitem', { name: 'Console' }).count()).toBe(0);
    await bob.page.goto('/admin/connections');
    await bob.page.getByText('The console is for owners').waitFor();
    await bob.page.getByRole('link', { name: 'Back to chats' }).click();
    await roomRow(bob.page, 'General').waitFor();
    await expect(bob.call('console.connections', {})).rejects.toThrow('403');
  }, 30_000);

  test('No browser reported an error', () => {
    // A refusal by the server is logged by the browser as a failed load.
    expect(complaintsOf(ann, bob).filter((text) => !/status of 4\d\d/.test(text))).toEqual([]);
  });
});
