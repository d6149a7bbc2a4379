import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { message, openRoom, say, showsInOrder } from './chatting.ts';
import { crash, launchProfile } from './chromium.ts';
import { complaintsOf, DESKTOP, openStage, type Person, personAt, type Stage } from './stage.ts';

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

const BANNER = /No connection\.|Connecting…/;

/** Each is there once, in the same order on both sides. */
async function bothShow(pattern: RegExp, wanted: readonly string[]): Promise<void> {
  for (const { page } of [ann, bob]) await showsInOrder(page, pattern, wanted);
}

function numbered(word: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${word}-${index + 1}`);
}

async function sayWaiting(page: Page, text: string): Promise<void> {
  await say(page, text);
  await message(page, text).getByRole('img', { name: 'Waiting to be sent' }).waitFor();
}

async function nothingWaits(page: Page): Promise<void> {
  const waiting = page.getByRole('img', { name: 'Waiting to be sent' });
  await waiting.first().waitFor({ state: 'detached', timeout: 20_000 });
  expect(await waiting.count()).toBe(0);
}

describe('people with unreliable connections', () => {
  test('As a person who goes offline I keep writing; once online both sides show the same', async () => {
    await say(ann.page, 'cut-1');
    await message(bob.page, 'cut-1').waitFor();
    await bob.context.setOffline(true);
    for (const text of ['cut-3', 'cut-4', 'cut-5']) await sayWaiting(bob.page, text);
    await say(ann.page, 'cut-2 while you were away');
    await bob.page.getByText(BANNER).waitFor();
    await bob.context.setOffline(false);
    await bob.page.getByText(BANNER).waitFor({ state: 'detached', timeout: 20_000 });
    await nothingWaits(bob.page);
    await bothShow(/cut-\d/g, numbered('cut', 5));
  }, 60_000);

  test('As a person whose server is killed I keep writing; messages are sent once it is back, each once', async () => {
    await say(bob.page, 'kill-1');
    await message(ann.page, 'kill-1').waitFor();
    await stage.server.crash();
    for (const text of ['kill-2', 'kill-3', 'kill-4']) await sayWaiting(bob.page, text);
    await ann.page.getByText(BANNER).waitFor();
    await stage.server.restart();
    for (const { page } of [ann, bob]) {
      await page.getByText(BANNER).waitFor({ state: 'detached', timeout: 30_000 });
      await nothingWaits(page);
    }
    await say(ann.page, 'kill-5');
    await bothShow(/kill-\d/g, numbered('kill', 5));
  }, 90_000);

  test('As a person who closes the tab with unsent messages I find them sent when I open it again', async () => {
    await bob.context.setOffline(true);
    await sayWaiting(bob.page, 'tab-1');
    await sayWaiting(bob.page, 'tab-2');
    await bob.page.close();
    await bob.context.setOffline(false);
    const page = await bob.context.newPage();
    bob = { ...bob, page };
    await page.goto('/');
    await message(ann.page, 'tab-2').waitFor();
    await openRoom(page, 'General');
    await bothShow(/tab-\d/g, numbered('tab', 2));
    await nothingWaits(page);
  }, 60_000);

  test('As a person whose browser crashes I find my unsent messages sent once when I open it again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'banyan-profile-'));
    const atProfile = async () => {
      const options = { baseURL: stage.server.url, viewport: DESKTOP, locale: 'en-US' };
      return personAt(await launchProfile(folder, options), 'Cy Moss');
    };
    // Chromium stores cookies every 30 s and when it closes; without this one the crash would sign the person out.
    const before = await atProfile();
    await stage.join(ann, before);
    await before.context.close();

    const crashing = await atProfile();
    await crashing.page.goto('/');
    await openRoom(crashing.page, 'General');
    await say(crashing.page, 'crash-1');
    await message(ann.page, 'crash-1').waitFor();
    await crashing.context.setOffline(true);
    for (const text of ['crash-2', 'crash-3', 'crash-4']) await sayWaiting(crashing.page, text);
    await crash(crashing.context);

    const after = await atProfile();
    await after.page.goto('/');
    await openRoom(after.page, 'General');
    await message(ann.page, 'crash-4').waitFor();
    await nothingWaits(after.page);
    for (const { page } of [ann, bob, after]) {
      await showsInOrder(page, /crash-\d/g, numbered('crash', 4));
    }
    expect(complaintsOf(after)).toEqual([]);
    await after.context.close();
    rmSync(folder, { recursive: true });
  }, 90_000);

  test('As a person who returns I see all earlier messages unchanged', async () => {
    const written = { cut: 5, kill: 5, tab: 2, crash: 4 };
    for (const { page } of [ann, bob]) {
      await page.reload();
      await message(page, 'crash-4').waitFor();
    }
    const wanted = Object.entries(written).flatMap(([word, count]) => numbered(word, count));
    await bothShow(/(?:cut|kill|tab|crash)-\d/g, wanted);
  }, 60_000);
});
