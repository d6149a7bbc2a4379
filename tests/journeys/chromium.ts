import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';
import { programOf } from '../servers/program.ts';

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
  return chromium.launch({ executablePath: programOf('chromium'), args: ARGS });
}

/** A browser with a persistent profile in the folder, as people use. */
export function launchProfile(folder: string, options: BrowserContextOptions): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, { executablePath: programOf('chromium'), args: ARGS, ...options });
}

/** Kills a browser as a crash does: nothing more is stored. */
export async function crash(profile: BrowserContext): Promise<void> {
  const [page] = profile.pages();
  const session = await profile.newCDPSession(page ?? (await profile.newPage()));
  const gone = new Promise((resolve) => profile.once('close', resolve));
  // The reply never arrives.
  session.send('Browser.crash').catch(() => undefined);
  await gone;
}
