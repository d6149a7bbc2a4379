import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-quic',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: programPath(), args: ARGS });
}

/** A browser that keeps what it knows in the folder, as everyone's own browser does. */
export function launchProfile(folder: string, options: BrowserContextOptions): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, { executablePath: programPath(), args: ARGS, ...options });
}

/** Ends a browser as a crash does: nothing is written down any more. */
export async function crash(profile: BrowserContext): Promise<void> {
  const [page] = profile.pages();
  const session = await profile.newCDPSession(page ?? (await profile.newPage()));
  const gone = new Promise((resolve) => profile.once('close', resolve));
  // The answer never comes.
  session.send('Browser.crash').catch(() => undefined);
  await gone;
}

function programPath(): string {
  const path = process.env.CHROME_PATH ?? '/usr/bin/chromium';
  if (existsSync(path)) return path;
  throw new Error(
    `${path} is not there. The journeys need Chromium or Chrome: install it (Debian and Ubuntu: apt-get install chromium fonts-noto-cjk), or name its program in CHROME_PATH`,
  );
}
