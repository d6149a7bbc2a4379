import type { Page } from 'playwright-core';

/** How one row of the timeline moved, frame by frame. */
export type Movement = {
  /** Pixels from its start, positive for down, for each frame that contained it. */
  readonly path: readonly number[];
  /** Its final position. */
  readonly moved: number;
};

/** Frames without movement after which the page counts as still. */
const RESTING_FRAMES = 8;
/** The maximum number of frames to wait: a removed row never becomes still. */
const MAX_FRAMES = 600;

/** Turns the wheel over the timeline, and watches the row at the top of the view until everything is still. */
export async function turnWheel(page: Page, pixels: number): Promise<Movement> {
  const box = await page.getByTestId('timeline').boundingBox();
  if (box === null) throw new Error('there is no timeline');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const watching = page.evaluate(watchTopRow, [RESTING_FRAMES, MAX_FRAMES] as const);
  await page.mouse.wheel(0, pixels);
  return watching;
}

async function watchTopRow([restingFrames, mostFrames]: readonly [number, number]): Promise<Movement> {
  const scroller = document.querySelector('[data-testid=timeline]') as HTMLElement;
  const edge = scroller.getBoundingClientRect().top;
  const rows = [...scroller.querySelectorAll<HTMLElement>('article')];
  const topOf = (id: string) => document.getElementById(id)?.getBoundingClientRect().top;
  const id = rows.find((row) => row.getBoundingClientRect().top >= edge)?.id ?? '';
  const start = topOf(id) ?? 0;
  const path: number[] = [];
  let resting = 0;
  let frames = 0;
  // The first movement is awaited, as the wheel may be delayed.
  while (resting < restingFrames || path.every((moved) => moved === 0)) {
    await new Promise(requestAnimationFrame);
    frames += 1;
    if (frames > mostFrames) break;
    const top = topOf(id);
    if (top === undefined) continue;
    resting = path.at(-1) === top - start ? resting + 1 : 0;
    path.push(top - start);
  }
  return { path, moved: path.at(-1) ?? 0 };
}

export type Journey = {
  /** The largest difference between actual and expected movement, in pixels. */
  readonly worstJump: number;
  /** The frame of that jump: which row, where it and the view were, and what was asked for. For the failure message. */
  readonly worst: Readonly<Record<string, number | string>>;
  /** Milliseconds between frames. */
  readonly frames: readonly number[];
};

/**
 * Scrolls by this many pixels per frame, negative for up, until the row with this text exists or the time is over.
 *
 * It scrolls between two frames, as a wheel or a finger does: the page gets the event at the start of the next frame,
 * before it draws. Scrolling in an animation frame would leave the page with an old position while it measures new rows.
 * Positions are read right after each frame.
 */
export function scrollTo(page: Page, text: string, step: number, longestMs = 30_000): Promise<Journey> {
  return page.evaluate(
    async ([wanted, by, milliseconds]) => {
      const scroller = document.querySelector('[data-testid=timeline]') as HTMLElement;
      const { port1, port2 } = new MessageChannel();
      const painted = () =>
        new Promise<number>((resolve) => {
          port1.onmessage = () => resolve(performance.now());
          requestAnimationFrame(() => port2.postMessage(null));
        });
      const visibleRow = () => {
        const { top, bottom } = scroller.getBoundingClientRect();
        const rows = [...scroller.querySelectorAll<HTMLElement>('article')];
        return rows.find((row) => {
          const box = row.getBoundingClientRect();
          return by < 0 ? box.top >= top : box.bottom <= bottom && box.top > top + scroller.clientHeight / 2;
        });
      };
      const isThere = () => [...scroller.querySelectorAll('article')].some((row) => row.textContent?.includes(wanted));
      const frames: number[] = [];
      let worstJump = 0;
      let worst: Record<string, number | string> = {};
      let last = await painted();
      for (const end = last + milliseconds; last < end && !isThere(); ) {
        const row = visibleRow();
        const before = row?.getBoundingClientRect().top ?? 0;
        const at = scroller.scrollTop;
        scroller.scrollTop = at + by;
        const applied = scroller.scrollTop - at;
        const now = await painted();
        frames.push(now - last);
        last = now;
        if (row?.isConnected === true) {
          const [from, to] = [Math.min(0, -applied), Math.max(0, -applied)];
          const moved = row.getBoundingClientRect().top - before;
          const jump = Math.max(from - moved, moved - to);
          if (jump > worstJump) {
            worstJump = jump;
            worst = { row: row.textContent?.slice(0, 40) ?? '', before, moved, at, applied, after: scroller.scrollTop };
          }
        }
      }
      return { worstJump, worst, frames };
    },
    [text, step, longestMs] as const,
  );
}
