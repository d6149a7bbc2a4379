import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { LOOKS, lookAt, optionsOf, type Screens } from './all-looks.ts';
import { message } from './chatting.ts';
import { complaintsOf, openStage, type Person, roomRow, type Stage } from './stage.ts';

let stage: Stage;
let ann: Person;
let room: string;
let roomInvite: string;
let invite: string;

beforeAll(async () => {
  stage = await openStage();
  ann = await stage.owner('Ann Lee');
  const bob = await stage.member(ann, 'Bob Chen');
  const { id: user } = await bob.call('accounts.me', {});
  await ann.call('accounts.updateProfile', { displayName: '林安妮', email: 'ann@example.com' });
  invite = (await ann.call('accounts.createInvite', {})).code;
  room = (await ann.call('chat.createGroup', { title: '产品 · Design', key: 'a-look-around', members: [user] })).id;
  roomInvite = (await ann.call('chat.createInvite', { room })).code;
  await talk(bob);
  await bob.context.close();
}, 60_000);
afterAll(() => stage.close());

/** Of everything that a message can be, one. */
async function talk(bob: Person): Promise<void> {
  const say = ({ call }: Person, key: string, text: string, replyTo?: number) =>
    call('chat.send', { room, key: `look-${key}`, text, ...(replyTo !== undefined && { replyTo }) });
  await say(ann, 'first', '大家好，下午三点**开会**。Bring your `notes`, please.');
  const { offset } = await say(bob, 'list', 'Three things:\n\n1. the *sketches*\n2. ~~the old logo~~\n3. tea');
  await say(
    ann,
    'code',
    '```\nconst wide = "a line of code that is much longer than any telephone is wide, and then some";\n```',
  );
  await say(bob, 'long', `https://example.com/${'a-very-long-path/'.repeat(12)} ${'唔'.repeat(120)}${'w'.repeat(150)}`);
  await say(ann, 'answer', '> the sketches\n\nI have them 🎉', offset);
  const slip = await say(bob, 'slip', 'Not meant for here');
  await bob.call('chat.recall', { room, offset: slip.offset });
  const typo = await say(ann, 'typo', 'See yuo there');
  await ann.call('chat.edit', { room, offset: typo.offset, text: 'See you there' });
  for (const emoji of ['👍', '🎉', '😂']) await bob.call('chat.react', { room, offset: typo.offset, emoji, on: true });
  await ann.call('chat.react', { room, offset: typo.offset, emoji: '👍', on: true });
  await bob.call('chat.read', { room, offset: typo.offset });
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const item = (page: Page, name: string) => page.getByRole('menuitem', { name, exact: true });
const dialog = (page: Page, name: string) => page.getByRole('dialog', { name }).waitFor();
/** Closes what lies above the page. */
const closeTop = (page: Page) => page.keyboard.press('Escape');

async function openRoom(page: Page): Promise<void> {
  await page.goto(`/r/${room}`);
  await message(page, 'See you there').waitFor();
}

/** Presses a button of the list of members. */
async function openPanel(page: Page, label: string): Promise<void> {
  await page.getByRole('complementary').getByRole('button', { name: label, exact: true }).click();
}

const FRONT: Screens = {
  join: async (page, t) => {
    await page.goto(`/join/${invite}`);
    await page.getByLabel(t('accounts.handle')).waitFor();
  },
  'join-wrong': async (page, t) => {
    await page.getByLabel(t('accounts.handle')).fill('?');
    await page.getByLabel(t('accounts.email')).fill('nowhere');
    await page.getByLabel(t('accounts.password')).press('Enter');
    await page.getByRole('alert').first().waitFor();
  },
  'join-gone': async (page, t) => {
    await page.goto('/join/long-since-gone');
    await page.getByRole('heading', { name: t('accounts.inviteGone') }).waitFor();
  },
  'sign-in': async (page, t) => {
    await page.goto('/');
    await page.getByRole('heading', { name: t('accounts.signInTitle') }).waitFor();
    await page.getByText(t('accounts.needInvite')).waitFor();
  },
  'sign-in-wrong': async (page, t) => {
    await page.getByLabel(t('accounts.login')).fill('nobody');
    await page.getByLabel(t('accounts.password')).fill('a wrong sentence');
    await button(page, t('accounts.signIn')).click();
    await page.getByRole('alert').waitFor();
  },
};

const LIST: Screens = {
  rooms: async (page) => {
    await page.goto('/');
    await roomRow(page, 'General').waitFor();
  },
  'rooms-none-found': async (page, t) => {
    await page.getByRole('searchbox', { name: t('chat.searchRooms') }).fill('xyz');
    await page.getByText('xyz').waitFor();
  },
  'account-menu': async (page, t) => {
    await page.getByRole('searchbox', { name: t('chat.searchRooms') }).fill('');
    await button(page, t('accounts.menu')).click();
    await item(page, t('accounts.settings')).waitFor();
  },
  'new-chat-menu': async (page, t) => {
    await closeTop(page);
    await button(page, t('chat.newChat')).click();
    await item(page, t('chat.newGroup')).waitFor();
  },
  'new-group': async (page, t) => {
    await item(page, t('chat.newGroup')).click();
    await dialog(page, t('chat.newGroup'));
    await page.getByText('@bob.chen').click();
    await button(page, 'Bob Chen').waitFor();
  },
  'new-group-wrong': async (page, t) => {
    await button(page, t('chat.create')).click();
    await page.getByRole('alert').waitFor();
  },
  'new-direct': async (page, t) => {
    await closeTop(page);
    await button(page, t('chat.newChat')).click();
    await item(page, t('chat.newDirect')).click();
    await page.getByText('@bob.chen').waitFor();
  },
  'new-direct-nobody': async (page, t) => {
    await page.getByRole('searchbox', { name: t('chat.findPeople') }).fill('xyz');
    await page.getByText(t('chat.nobodyFound')).waitFor();
  },
  switcher: async (page, t) => {
    await closeTop(page);
    await page.keyboard.press('Control+K');
    await dialog(page, t('chat.switcher'));
  },
  help: async (page, t) => {
    await closeTop(page);
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('?');
    await dialog(page, t('chat.help'));
  },
};

const ROOM: Screens = {
  room: openRoom,
  'message-actions': async (page, t) => {
    await message(page, 'See you there').click();
    await message(page, 'See you there')
      .getByRole('button', { name: t('chat.messageMenu') })
      .waitFor();
  },
  'emoji-picker': async (page, t) => {
    await message(page, 'See you there')
      .getByRole('button', { name: t('chat.react') })
      .click();
    await button(page, '🌳').waitFor();
  },
  'message-menu': async (page, t) => {
    await closeTop(page);
    await message(page, 'See you there').click();
    await message(page, 'See you there')
      .getByRole('button', { name: t('chat.messageMenu') })
      .click();
    await item(page, t('chat.recall')).waitFor();
  },
  recall: async (page, t) => {
    await item(page, t('chat.recall')).click();
    await page.getByRole('alertdialog').waitFor();
  },
  readers: async (page, t) => {
    await closeTop(page);
    await button(page, t('chat.readByCount').replace('{{count}}', '1')).first().click();
    await page.getByRole('dialog').getByText('Bob Chen').waitFor();
  },
  reply: async (page, t) => {
    await closeTop(page);
    await message(page, 'See you there').click();
    await message(page, 'See you there')
      .getByRole('button', { name: t('chat.reply') })
      .click();
    await button(page, t('chat.cancelReply')).waitFor();
    await page.getByRole('textbox', { name: t('chat.composer'), exact: true }).fill('Two\nlines');
  },
  'composer-full': async (page, t) => {
    await button(page, t('chat.cancelReply')).click();
    await page.getByRole('textbox', { name: t('chat.composer'), exact: true }).fill('long '.repeat(1_601));
    await page.getByRole('status').getByText('5').waitFor();
  },
  'composer-emoji': async (page, t) => {
    await page.getByRole('textbox', { name: t('chat.composer'), exact: true }).fill('');
    await button(page, t('chat.emoji')).click();
    await button(page, '🌳').waitFor();
  },
  members: async (page, t) => {
    await closeTop(page);
    await button(page, t('chat.showMembers')).click();
    await page.getByRole('complementary').getByText('Bob Chen').waitFor();
  },
  'member-menu': async (page, t) => {
    await button(page, t('chat.memberMenu').replace('{{name}}', 'Bob Chen')).click();
    await item(page, t('chat.remove')).waitFor();
  },
  'member-remove': async (page, t) => {
    await item(page, t('chat.remove')).click();
    await page.getByRole('alertdialog').waitFor();
  },
  'add-people': async (page, t) => {
    await closeTop(page);
    await openPanel(page, t('chat.addMembers'));
    await page.getByText(t('chat.nobodyFound')).waitFor();
  },
  'room-invites': async (page, t) => {
    await closeTop(page);
    await openPanel(page, t('chat.inviteLink'));
    await button(page, t('chat.revoke')).waitFor();
  },
  'edit-group': async (page, t) => {
    await closeTop(page);
    await openPanel(page, t('chat.editGroup'));
    await dialog(page, t('chat.editGroup'));
  },
  leave: async (page, t) => {
    await closeTop(page);
    await openPanel(page, t('chat.leave'));
    await page.getByRole('alertdialog').waitFor();
  },
  'no-connection': async (page, t) => {
    await closeTop(page);
    await page.context().setOffline(true);
    await page.getByText(t('ui.connecting')).waitFor();
    await button(page, t('chat.hideMembers')).last().click();
  },
};

const ELSEWHERE: Screens = {
  'settings-profile': (page, t) => openSettings(page, 'profile', t('accounts.changePassword')),
  'settings-password-wrong': async (page, t) => {
    await page.getByLabel(t('accounts.currentPassword')).fill('not this one');
    await page.getByLabel(t('accounts.newPassword')).fill('nine ivies climb');
    await page.getByLabel(t('accounts.newPassword')).press('Enter');
    await page.getByRole('alert').waitFor();
  },
  'settings-devices': (page, t) => openSettings(page, 'devices', t('accounts.thisDevice')),
  'settings-appearance': (page, t) => openSettings(page, 'appearance', t('accounts.themeDark')),
  'settings-people': (page) => openSettings(page, 'people', '@bob.chen'),
  'room-invite': async (page, t) => {
    await page.goto(`/i/${roomInvite}`);
    await button(page, t('chat.openRoom')).waitFor();
  },
  'room-invite-gone': async (page, t) => {
    await page.goto('/i/long-since-gone');
    await page.getByText(t('chat.inviteGone')).waitFor();
  },
  'not-found': async (page, t) => {
    await page.goto('/settings/nothing');
    await page.getByRole('heading', { name: t('ui.notFound') }).waitFor();
  },
  'page-error': async (page, t) => {
    const body = `export function SettingsPage() { throw new Error('${BUG}'); }`;
    await page.route(SETTINGS_CODE, (route) => route.fulfill({ contentType: 'text/javascript', body }));
    await page.goto('/settings/profile');
    await page.getByRole('heading', { name: t('ui.pageFailed') }).waitFor();
  },
  'page-error-details': async (page, t) => {
    await page.getByText(t('ui.details'), { exact: true }).click();
    await button(page, t('ui.copyDetails')).waitFor();
  },
  'page-not-loaded': async (page, t) => {
    await page.unroute(SETTINGS_CODE);
    await page.route(SETTINGS_CODE, (route) => route.abort('internetdisconnected'));
    await page.goto('/settings/profile');
    await page
      .getByText(t('ui.pageLostText'))
      .or(page.getByText(t('ui.pageMissingText')))
      .waitFor();
  },
};

const SETTINGS_CODE = '**/assets/settings-page-*.js';
const BUG = 'a bug in the settings';

async function openSettings(page: Page, section: string, text: string): Promise<void> {
  await page.goto(`/settings/${section}`);
  await page.getByRole('main').getByText(text).first().waitFor();
}

/** Browsers wait more than they compute, so all looks are gone through side by side. */
describe('the screens', () => {
  const people: Person[] = [];

  test.concurrent.each(LOOKS.map((look) => [look.name, look] as const))(
    'As somebody with %s I can read and use them',
    async (_name, look) => {
      const visitor = await stage.visitor('Somebody', optionsOf(look));
      const me = await stage.device(ann, optionsOf(look));
      people.push(visitor, me);
      const atTheDoor = lookAt(visitor, look, FRONT);
      const problems = [await lookAt(me, look, LIST), await lookAt(me, look, ROOM)];
      await me.context.setOffline(false);
      problems.push(await lookAt(me, look, ELSEWHERE), await atTheDoor);
      expect(problems.flat()).toEqual([]);
    },
    240_000,
  );

  test('No browser complained', () => {
    const expected =
      /status of 4(?:00|01|04|10)|ERR_INTERNET_DISCONNECTED|a bug in the settings|PageNotLoaded|Failed to fetch dynamically/;
    expect(complaintsOf(...people).filter((text) => !expected.test(text))).toEqual([]);
    expect(people).toHaveLength(2 * LOOKS.length);
  });
});
