import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { centrifugeWays } from '../interop/ways/centrifuge.ts';
import type { Party, Way } from '../interop/ways/way.ts';
import { LOOKS, lookAt, optionsOf, type Screens } from './all-looks.ts';
import { complaintsOf, openStage, type Person, type Stage, until } from './stage.ts';

let stage: Stage;
let ann: Person;
let party: Party;
let room: string;

beforeAll(async () => {
  stage = await openStage({ BANYAN_CLIENT_INSECURE: 'true', BANYAN_WEBHOOK_ATTEMPTS: '1' });
  ann = await stage.owner('Ann Lee');
  await ann.call('accounts.updateProfile', { displayName: '林安妮' });
  await fill();
  room = (await ann.call('console.channels', { prefix: 'room:' })).channels[0]?.channel ?? '';
}, 60_000);
afterAll(async () => {
  party.leave();
  await stage.close();
});

/** One of everything the console shows. */
async function fill(): Promise<void> {
  const webhooks = [{ url: 'http://127.0.0.1:9/hook' }];
  await ann.call('apps.create', { name: '天气 · Weather', namespace: 'demo', webhooks, maxConnections: 100 });
  await ann.call('apiKeys.create', { name: 'Weather importer', methods: ['publish'], namespaces: ['demo'] });
  const { key } = await ann.call('apiKeys.create', { name: 'An old one' });
  await ann.call('apiKeys.revoke', { id: key.id });
  party = await (centrifugeWays[0] as Way).join(stage.server, 'demo:weather');
  for (let n = 0; n < 30; n += 1) await party.say?.({ n, text: '今天 '.repeat(n), long: 'w'.repeat(n * 120) });
  await until('a webhook has failed', async () => (await ann.call('deadLetters.list', {})).total > 0);
}

const main = (page: Page, text: string) => page.getByRole('main').getByText(text, { exact: true }).first().waitFor();
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).first().click();
const closeTop = (page: Page) => page.keyboard.press('Escape');

const LIVE: Screens = {
  console: async (page, t) => {
    await page.goto('/admin');
    await page.locator('canvas').nth(9).waitFor();
    await main(page, t('console.live'));
  },
  'console-below': async (page, t) => {
    await page.getByRole('heading', { name: t('console.disconnects') }).scrollIntoViewIfNeeded();
  },
  'console-connections': async (page) => {
    await page.goto('/admin/connections');
    await main(page, '林安妮');
  },
  'console-connections-none': async (page, t) => {
    await page.goto('/admin/connections?text=xyz');
    await main(page, t('console.searchHint'));
  },
  'console-connection': async (page, t) => {
    await page.goto('/admin/connections?text=ann.lee');
    // The oldest one: newer ones end whenever another look opens a page.
    await page.getByRole('main').getByRole('link', { name: '林安妮' }).last().click();
    await main(page, t('console.lastSeen'));
  },
  'console-disconnect': async (page, t) => {
    await press(page, t('console.disconnect'));
    await page.getByRole('alertdialog').waitFor();
  },
  'console-channels': async (page) => {
    await page.goto('/admin/channels');
    await main(page, 'demo:weather');
  },
  'console-channel': async (page, t) => {
    await page.goto('/admin/channel?name=demo:weather');
    await page.getByRole('main').locator('summary').click();
    await main(page, t('console.showAll'));
  },
  'console-publish-wrong': async (page, t) => {
    await page.getByLabel(t('console.data')).fill('{');
    await press(page, t('console.publish'));
    await page.getByRole('alert').waitFor();
  },
  'console-remove': async (page, t) => {
    await press(page, t('console.removeHistory'));
    await page.getByRole('dialog').waitFor();
  },
  'console-room': async (page, t) => {
    await page.goto(`/admin/channel?name=${room}`);
    await main(page, t('console.closed'));
  },
};

const KEPT: Screens = {
  'console-keys': async (page) => {
    await page.goto('/admin/keys');
    await main(page, 'An old one');
  },
  'console-key-new': async (page, t) => {
    await press(page, t('console.newKey'));
    await page.getByLabel(t('console.allMethods')).uncheck();
    await page.getByLabel('publish', { exact: true }).waitFor();
  },
  'console-apps': async (page) => {
    await page.goto('/admin/apps');
    await main(page, '天气 · Weather');
  },
  'console-app': async (page, t) => {
    await press(page, t('console.edit'));
    await page.getByLabel(t('console.webhookUrl')).waitFor();
  },
  'console-app-wrong': async (page, t) => {
    await page.getByLabel(t('console.webhookUrl')).fill('ftp://example.com/hook');
    await page.getByLabel(t('console.app.maxConnections')).fill('many');
    await page.getByLabel(t('console.app.maxConnections')).press('Enter');
    await page.getByRole('alert').first().waitFor();
  },
  'console-app-delete': async (page, t) => {
    await closeTop(page);
    await press(page, t('console.delete'));
    await page.getByLabel(t('console.typeAppName')).waitFor();
  },
  'console-letters': async (page, t) => {
    await page.goto('/admin/dead-letters');
    await main(page, t('console.look'));
  },
  'console-letter': async (page, t) => {
    await press(page, t('console.look'));
    await page.getByRole('dialog').getByText('channel_occupied').first().waitFor();
  },
};

const OUTSIDE: Screens = {
  'console-not-yours': async (page, t) => {
    await page.goto('/admin');
    await main(page, t('console.ownersOnly'));
  },
};

/** Browsers mostly wait, so all looks run in parallel. */
describe('the console', () => {
  test.concurrent.each(LOOKS.map((look) => [look.name, look] as const))(
    'As the owner and as a member, with %s I can read and use it',
    async (_name, look) => {
      const me = await stage.device(ann, optionsOf(look));
      const problems = [await lookAt(me, look, LIVE), await lookAt(me, look, KEPT)];
      const member = await stage.member(ann, `Member ${look.name}`, optionsOf(look));
      problems.push(await lookAt(member, look, OUTSIDE));
      expect([...problems.flat(), ...complaintsOf(me, member)]).toEqual([]);
      await Promise.all([me.context.close(), member.context.close()]);
    },
    240_000,
  );
});
