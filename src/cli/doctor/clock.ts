import { existsSync } from 'node:fs';
import { networkErrorText } from '../deployment/network-error.ts';
import { ms } from '../figures.ts';
import { type Finding, fail, ok, skip, warn } from './finding.ts';

/** Tokens and signatures are refused if clocks differ by more. */
const WARN_MS = 2_000;
const FAIL_MS = 60_000;
/** A `Date` header has whole seconds, and servers update it once a second: it is 0 to 2 s old. */
const HEADER_AGE_MS = 1_000;
const ANSWER_MS = 10_000;
/** The allowed drift of the wall clock from the monotonic one during one run. */
const JUMP_MS = 200;
/** A correct clock never shows an earlier time. */
const EARLIEST = Date.UTC(2026, 0, 1);

/** Files of programs that set the clock. */
const SYNCHRONIZED: readonly (readonly [file: string, by: string])[] = [
  ['/run/systemd/timesync/synchronized', 'systemd-timesyncd'],
  ['/run/chrony/chronyd.pid', 'chronyd'],
  ['/run/chronyd.pid', 'chronyd'],
  ['/run/ntpd.pid', 'ntpd'],
];

/** The wall clock and the monotonic one, at one moment. */
export type Moment = { readonly wall: number; readonly steady: number };

export function thisMoment(): Moment {
  return { wall: Date.now(), steady: performance.now() };
}

/** Checks that the wall clock advances like the monotonic one, and shows a plausible time. `start` was a while ago. */
export function clockFinding(start: Moment): Finding {
  const now = thisMoment();
  const jump = now.wall - start.wall - (now.steady - start.steady);
  const shown = new Date(now.wall).toISOString().slice(0, 19);
  const name = 'clock';
  if (now.wall < EARLIEST)
    return fail(name, `it shows ${shown}, which is long ago`, 'set it; tokens and certificates do not hold');
  if (Math.abs(jump) > JUMP_MS) {
    return warn(
      name,
      `it was put by ${ms(jump)} ms while this ran`,
      'let one program alone set it, in small steps (chrony does)',
    );
  }
  const by = SYNCHRONIZED.find(([file]) => existsSync(file))?.[1];
  if (by !== undefined) return ok(name, `${shown} UTC, kept right by ${by}`);
  return skip(name, `${shown} UTC; nothing seen that keeps it right. --clock https://… compares it`);
}

/** The difference between this clock and a server's, by its `Date` header. */
export async function clockComparison(name: string, url: string): Promise<Finding> {
  const before = Date.now();
  let date: string | null;
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(ANSWER_MS) });
    date = response.headers.get('Date');
    await response.body?.cancel();
  } catch (error) {
    return skip(name, `${url} cannot be asked: ${networkErrorText(error)}`);
  }
  const after = Date.now();
  const there = Date.parse(date ?? '');
  if (Number.isNaN(there)) return skip(name, `${url} does not tell the time`);
  const offset = (before + after) / 2 - (there + HEADER_AGE_MS);
  const error = HEADER_AGE_MS + (after - before) / 2;
  const found = `this one is ${(Math.abs(offset) / 1_000).toFixed(1)} s ${offset < 0 ? 'behind' : 'ahead'} (give or take ${(error / 1_000).toFixed(1)})`;
  const remedy = 'let chrony or systemd-timesyncd keep both right: tokens and signatures carry times';
  if (Math.abs(offset) > FAIL_MS + error) return fail(name, found, remedy);
  return Math.abs(offset) > WARN_MS + error ? warn(name, found, remedy) : ok(name, found);
}
