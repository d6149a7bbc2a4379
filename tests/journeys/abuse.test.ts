import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { accountsLocale } from '../../src/features/accounts/web/locale.ts';
import { chatLocale } from '../../src/features/chat/web/locale.ts';
import { LOOKS, optionsOf } from './all-looks.ts';
import { complaintsOf, keepPicture, openStage, PASSWORD, type Person, roomRow, type Stage, until } from './stage.ts';

let stage: Stage;
let ann: Person;
let ben: Person;
let room: string;

const MESSAGES = [
  'abc\u202egpj.exe is a picture, **is it**?',
  'שלום, **עולם**! (2026)\n\nand back to English',
  '**注意：**今天 14:00~15:00，评审 16:00~17:00',
  '`src/*.ts` and src/*.ts, lib/*.js\n```\nif x:\n    y(__init__)\n```\n- one\n  - two\n- [x] three\n\n> quoted\nanswer',
];

beforeAll(async () => {
  stage = await openStage();
  ann = await stage.owner('Ann Lee');
  ben = await stage.member(ann, 'Ben Ko');
  room = (await ann.call('chat.rooms', {})).rooms[0]?.id ?? '';
  for (const text of MESSAGES) await ann.call('chat.send', { room, text, key: crypto.randomUUID() });
}, 60_000);
afterAll(() => stage?.close());

test('CH14 As a reader I see a file name in its stored order', async () => {
  const { page } = ben;
  await roomRow(page, 'General').click();
  const message = page.getByText('is a picture').first();
  await message.waitFor();
  expect(await page.locator('article').allInnerTexts()).not.toContain('\u202e');
  expect(await page.content()).not.toContain('\u202e');
  // The positions of its letters as measured by the browser: each further to the right.
  const lefts = await page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const node = (() => {
      for (let each = walker.nextNode(); each !== null; each = walker.nextNode()) {
        if (each.textContent?.startsWith('abcgpj.exe') && each.parentElement?.closest('article')) return each;
      }
      throw new Error('no such text');
    })();
    return Array.from({ length: 10 }, (_, index) => {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + 1);
      return range.getBoundingClientRect().left;
    });
  });
  expect(lefts).toEqual(lefts.toSorted((a, b) => a - b));
});

test('AU13 As a person who accepts no strangers I turn that on in my settings', async () => {
  const { page } = ben;
  await page.goto('/settings/profile');
  await page.getByText(accountsLocale.en['accounts.addedByKnown']).click();
  await until('saved', async () => (await ben.call('accounts.me', {})).addedBy === 'known');
  await page.reload();
  expect(await page.getByRole('radio', { name: accountsLocale.en['accounts.addedByKnown'] }).isChecked()).toBe(true);
});

test('CH12 AU13 As a person who adds people I am told in my language why they cannot be added', async () => {
  const cy = await stage.member(ann, 'Cy Moss', { locale: 'zh-CN' });
  const { page } = cy;
  const { id: room } = await cy.call('chat.createGroup', { title: '回来的人', key: 'who-comes-back', members: [] });
  await page.goto(`/r/${room}`);
  await page.getByRole('button', { name: chatLocale.zh['chat.showMembers'] }).click();
  await page.getByRole('complementary').getByRole('button', { name: chatLocale.zh['chat.addMembers'] }).click();
  await page.getByText('@ben.ko').click();
  await page.getByRole('button', { name: chatLocale.zh['chat.add'], exact: true }).click();
  const dialog = page.getByRole('dialog', { name: chatLocale.zh['chat.addMembers'] });
  await dialog.getByRole('alert').getByText('对方只允许有共同聊天的人这样做', { exact: true }).waitFor();
  // WA5: whom one has picked stays picked.
  expect(await dialog.getByRole('button', { name: 'Ben Ko', exact: true }).count()).toBe(1);
  await keepPicture(page, 'abuse-add-refused');
});

test('AU2 As a person who made too many attempts I see the wait in minutes, and can sign in to another account', async () => {
  const stranger = await stage.visitor('A stranger', { locale: 'zh-CN' });
  const { page } = stranger;
  const wrong = { login: 'cy.moss', password: 'a wrong sentence' };
  await until('the limit is reached', async () =>
    stranger.call('accounts.signIn', wrong).then(
      () => false,
      (error) => String(error).includes('429'),
    ),
  );
  await page.goto('/');
  await page.getByLabel(accountsLocale.zh['accounts.login']).fill(wrong.login);
  await page.getByLabel(accountsLocale.zh['accounts.password']).fill(PASSWORD);
  const button = page.getByRole('button', { name: accountsLocale.zh['accounts.signIn'], exact: true });
  await button.click();
  await page.getByText(/尝试次数过多，请 \d+ 分钟后再试。/).waitFor();
  expect(await button.isDisabled()).toBe(true);
  expect(await button.getAttribute('aria-busy')).toBe('false');
  await keepPicture(page, 'abuse-wait');
  await page.getByLabel(accountsLocale.zh['accounts.login']).fill('ann.lee');
  await button.click();
  await roomRow(page, 'General').waitFor();
});

describe('refusals are explained', () => {
  for (const look of LOOKS) {
    test(`${look.name}: a name that looks like another person's handle`, async () => {
      const name = `Cy ${look.name.replaceAll('-', ' ')}`;
      const cy = await stage.member(ann, name.slice(0, 28), optionsOf(look));
      const { page } = cy;
      const texts = accountsLocale[look.language];
      await page.goto('/settings/profile');
      await page.getByText(texts['accounts.addedBy'], { exact: true }).first().waitFor();
      await keepPicture(page, `${look.name}/abuse-settings`);
      await page.getByLabel(texts['accounts.displayName']).fill('ann.lеe');
      await page.getByRole('button', { name: texts['accounts.save'] }).click();
      await page
        .getByText(look.language === 'zh' ? '看起来像别人的用户名' : "looks like another person's handle")
        .waitFor();
      await keepPicture(page, `${look.name}/abuse-look-alike`);
      await page.goto(`/r/${room}`);
      await page.getByText('and back to English').waitFor();
      await keepPicture(page, `${look.name}/abuse-messages`);
      expect(complaintsOf(cy).filter((text) => !text.includes('400'))).toEqual([]);
    }, 60_000);
  }
});
