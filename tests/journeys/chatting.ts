import type { Locator, Page } from 'playwright-core';
import { roomRow, until } from './stage.ts';

export async function openRoom(page: Page, title: string): Promise<void> {
  await roomRow(page, title).click();
  await composer(page).waitFor();
}

export function composer(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Message', exact: true });
}

/** Types it and presses Enter; the row appears at once, sent or not. */
export async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press('Enter');
  await message(page, text).waitFor();
}

/** The message with this text in the open room. */
export function message(page: Page, text: string): Locator {
  return page.getByRole('log').getByRole('article').filter({ hasText: text });
}

/** Clicks one of the buttons a message shows on hover. */
export async function press(row: Locator, button: string): Promise<void> {
  await row.hover();
  await row.getByRole('button', { name: button, exact: true }).click();
}

/** Chooses from a message's menu. */
export async function pick(row: Locator, item: string): Promise<void> {
  await press(row, 'Actions for this message');
  await row.page().getByRole('menuitem', { name: item, exact: true }).click();
}

/** The matches in the timeline, from top to bottom, including repeats. */
export async function shown(page: Page, pattern: RegExp): Promise<string[]> {
  const texts = await page
    .getByRole('log')
    .locator('[data-index]')
    .evaluateAll((rows) =>
      rows
        .map((row) => ({ at: Number(row.getAttribute('data-index')), text: row.textContent ?? '' }))
        .sort((one, other) => one.at - other.at)
        .map(({ text }) => text),
    );
  return texts.flatMap((text) => text.match(pattern) ?? []);
}

/** Waits until the timeline's matches are exactly these, in order. */
export async function showsInOrder(page: Page, pattern: RegExp, wanted: readonly string[]): Promise<void> {
  let last: string[] = [];
  const isThere = async () => {
    last = await shown(page, pattern);
    return last.join() === wanted.join();
  };
  await until('the order of messages', isThere).catch(() => {
    throw new Error(`the timeline shows ${last.join()} instead of ${wanted.join()}`);
  });
}
