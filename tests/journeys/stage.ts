import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
} from 'playwright-core';
import type { Input, OperationName, Output } from '../../client/contract.ts';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-quic',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];
const DESKTOP = { width: 1_280, height: 800 };
/** A busy machine is slow; a person would have waited too. */
const PATIENCE_MS = 10_000;

export const PASSWORD = 'nine ivies climb the wall';

/** Somebody at a browser of their own: nothing is shared with the others but the server. */
export type Person = {
  readonly name: string;
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the browser complained about: errors of scripts, failed loads, broken rules of the content policy. */
  readonly complaints: string[];
  /** Calls an operation as this person, past the screens. */
  call<Name extends OperationName>(name: Name, input: Input<Name>): Promise<Output<Name>>;
};

/** A real server and a real browser, and the people in front of it. */
export type Stage = {
  readonly server: BanyanProcess;
  /** Somebody who is not signed in. */
  visitor(name: string, options?: BrowserContextOptions): Promise<Person>;
  /** The first one, registered with the owner link; at the room list. */
  owner(name: string, options?: BrowserContextOptions): Promise<Person>;
  /** Registered with an invitation of the owner's; at the room list. */
  member(owner: Person, name: string, options?: BrowserContextOptions): Promise<Person>;
  close(): Promise<void>;
};

export async function openStage(): Promise<Stage> {
  await buildWeb();
  const browser = await launchChromium();
  const server = await startBanyan().catch(async (error) => {
    await browser.close();
    throw error;
  });
  const visitor: Stage['visitor'] = (name, options) => openPerson(browser, server.url, name, options);
  const registered = async (name: string, invite: string, options?: BrowserContextOptions) => {
    const person = await visitor(name, options);
    await person.call('accounts.register', { handle: handleOf(name), displayName: name, password: PASSWORD, invite });
    await person.page.goto('/');
    await roomRow(person.page, 'General').waitFor();
    return person;
  };
  return {
    server,
    visitor,
    owner: (name, options) => registered(name, server.ownerInvite as string, options),
    member: async (owner, name, options) =>
      registered(name, (await owner.call('accounts.createInvite', {})).code, options),
    close: async () => {
      await browser.close();
      await server.stop();
    },
  };
}

export function handleOf(name: string): string {
  return name.toLowerCase().replaceAll(' ', '.');
}

/** A room in the list on the left. */
export function roomRow(page: Page, title: string): Locator {
  return page.getByRole('navigation').getByRole('listitem').getByRole('button', { name: title });
}

/** Waits for what no locator can wait for. */
export async function until(what: string, isIt: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isIt())) {
    if (Date.now() > deadline) throw new Error(`it did not come to be: ${what}`);
    await Bun.sleep(25);
  }
}

async function openPerson(
  browser: Browser,
  url: string,
  name: string,
  options: BrowserContextOptions = {},
): Promise<Person> {
  const context = await browser.newContext({ baseURL: url, viewport: DESKTOP, locale: 'en-US', ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  context.on('weberror', (error) => complaints.push(String(error.error())));
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  const page = await context.newPage();
  return {
    ...{ name, context, page, complaints },
    call: async (operation, input) => {
      const response = await context.request.post(`/api/v1/${operation}`, { data: input });
      if (!response.ok()) throw new Error(`${operation}: ${response.status()} ${await response.text()}`);
      return response.json();
    },
  };
}

function launchChromium(): Promise<Browser> {
  const path = process.env.CHROME_PATH ?? '/usr/bin/chromium';
  if (!existsSync(path)) {
    throw new Error(
      `${path} is not there. The journeys need Chromium or Chrome: install it (Debian and Ubuntu: apt-get install chromium fonts-noto-cjk), or name its program in CHROME_PATH`,
    );
  }
  return chromium.launch({ executablePath: path, args: CHROMIUM_ARGS });
}

/** The server serves what is in dist/web. */
async function buildWeb(): Promise<void> {
  const build = Bun.spawn([process.execPath, 'tools/build-web.mjs'], { cwd: ROOT, stdout: 'pipe', stderr: 'pipe' });
  const [output, errors] = await Promise.all([build.stdout, build.stderr].map((stream) => new Response(stream).text()));
  if ((await build.exited) !== 0) throw new Error(`the web app could not be built:\n${output}${errors}`);
}
