import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { keepPicture } from './stage.ts';

/** axe impacts that fail the test; lesser ones are often a matter of taste. */
const GRAVE = ['serious', 'critical'];

/**
 * Checks a screen as it is, saves a screenshot in artefacts/journeys/, and returns its accessibility and width
 * problems, one line each.
 */
export async function inspect(page: Page, picture: string): Promise<readonly string[]> {
  await keepPicture(page, picture);
  const problems = [...(await barriers(page)), ...(await overflow(page))];
  return problems.map((problem) => `${picture}: ${problem}`);
}

async function barriers(page: Page): Promise<readonly string[]> {
  // Injected by the debugger: the page's content policy refuses foreign scripts.
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
    return [...page, ...wide.map((element) => `<${element.tagName.toLowerCase()}> overflows the screen`)];
  });
}
