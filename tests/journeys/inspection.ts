import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { keepPicture } from './stage.ts';

/** What axe must not find; the lesser ones are often a matter of taste. */
const GRAVE = ['serious', 'critical'];

/**
 * Looks at a screen as it stands, keeps a picture of it in artefacts/journeys/, and answers what is wrong with it, a
 * line each: for those who cannot see it all, or have not the width for it.
 */
export async function inspect(page: Page, picture: string): Promise<readonly string[]> {
  await keepPicture(page, picture);
  const problems = [...(await barriers(page)), ...(await overflow(page))];
  return problems.map((problem) => `${picture}: ${problem}`);
}

async function barriers(page: Page): Promise<readonly string[]> {
  // By the debugger: the page's own content policy refuses foreign scripts.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: typeof axe }).axe.run(document, { resultTypes: ['violations'] }),
  );
  return violations
    .filter(({ impact }) => GRAVE.includes(impact ?? ''))
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, any }) => `${id}: ${help} (${any[0]?.message ?? ''}) ${html}`),
    );
}

/** The page itself never scrolls sideways; only code blocks inside it may. */
async function overflow(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const page = scrollWidth > clientWidth ? [`the page is ${scrollWidth} wide on a screen of ${clientWidth}`] : [];
    const scrollers = [...document.querySelectorAll<HTMLElement>('main, nav, aside, [role=log], [role=dialog]')];
    const wide = scrollers.filter((element) => element.getBoundingClientRect().right > clientWidth + 1);
    return [...page, ...wide.map((element) => `<${element.tagName.toLowerCase()}> stands out of the screen`)];
  });
}
