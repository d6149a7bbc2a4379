import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import type { Input, OperationName, Output } from '../../client/contract.ts';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { launchChromium } from './chromium.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PICTURES = `${ROOT}artefacts/journeys`;
export const DESKTOP = { width: 1_280, height: 800 };
/** A busy machine is slow; a person would have waited too. */
const PATIENCE_MS = 20_000;
/** The response for a fresh page without a session: expected, though the browser logs it as an error. */
const SIGNED_OUT = /401 \(Unauthorized\)/;

export const PASSWORD = 'nine ivies climb the wall';

/** A person with their own browser, who shares only the server with others. */
export type Person = {
  readonly name: string;
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors the browser reported: script errors, failed loads, content policy violations. */
  readonly complaints: string[];
  /** Calls an operation as this person, without the screens. */
  call<Name extends OperationName>(name: Name, input: Input<Name>): Promise<Output<Name>>;
};

/** A real server, a real browser, and the people using it. */
export type Stage = {
  readonly server: BanyanProcess;
  /** A person who is not signed in. */
  visitor(name: string, options?: BrowserContextOptions): Promise<Person>;
  /** The first person, registered with the owner link; at the room list. */
  owner(name: string, options?: BrowserContextOptions): Promise<Person>;
  /** Registers a person with an invitation of the owner; at the room list. */
  join(owner: Person, visitor: Person): Promise<Person>;
  /** A new person who joined that way. */
  member(owner: Person, name: string, options?: BrowserContextOptions): Promise<Person>;
  /** The same person on another device, signed in; at the room list. */
  device(person: Person, options?: BrowserContextOptions): Promise<Person>;
  close(): Promise<void>;
};

/** `env` overrides the server's default settings. */
export async function openStage(env: Readonly<Record<string, string>> = {}): Promise<Stage> {
  await buildWeb();
  const browser = await launchChromium();
  const server = await startBanyan(env).catch(async (error) => {
    await browser.close();
    throw error;
  });
  const visitor: Stage['visitor'] = (name, options) => openPerson(browser, server.url, name, options);
  const register = async (person: Person, invite: string) => {
    const displayName = person.name;
    await person.call('accounts.register', { handle: handleOf(displayName), displayName, password: PASSWORD, invite });
    return atRooms(person);
  };
  const join: Stage['join'] = async (owner, person) =>
    register(person, (await owner.call('accounts.createInvite', {})).code);
  return {
    server,
    visitor,
    owner: async (name, options) => register(await visitor(name, options), server.ownerInvite as string),
    member: async (owner, name, options) => join(owner, await visitor(name, options)),
    join,
    device: async ({ name }, options) => {
      const person = await visitor(name, options);
      await person.call('accounts.signIn', { login: handleOf(name), password: PASSWORD });
      return atRooms(person);
    },
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
  return page.getByRole('navigation').getByRole('listitem').getByRole('link', { name: title });
}

/** Waits for a condition no locator can express. */
export async function until(what: string, isIt: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isIt())) {
    if (Date.now() > deadline) throw new Error(`the condition did not become true: ${what}`);
    await Bun.sleep(25);
  }
}

/** The errors the browsers reported, except expected ones. */
export function complaintsOf(...people: readonly Person[]): readonly string[] {
  return people.flatMap(({ complaints }) => complaints).filter((text) => !SIGNED_OUT.test(text));
}

/** Saves a screenshot for review in artefacts/journeys. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${PICTURES}/${name}.png`, animations: 'disabled' });
}

async function atRooms(person: Person): Promise<Person> {
  await person.page.goto('/');
  await roomRow(person.page, 'General').waitFor();
  return person;
}

async function openPerson(
  browser: Browser,
  url: string,
  name: string,
  options: BrowserContextOptions = {},
): Promise<Person> {
  const context = await browser.newContext({ baseURL: url, viewport: DESKTOP, locale: 'en-US', ...options });
  return personAt(context, name);
}

/** The person in an already open browser. */
export async function personAt(context: BrowserContext, name: string): Promise<Person> {
  context.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  context.on('weberror', (error) => complaints.push(String(error.error())));
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  const page = context.pages()[0] ?? (await context.newPage());
  return {
    ...{ name, context, page, complaints },
    call: async (operation, input) => {
      const response = await context.request.post(`/api/v1/${operation}`, { data: input });
      if (!response.ok()) throw new Error(`${operation}: ${response.status()} ${await response.text()}`);
      return response.json();
    },
  };
}

/** The server serves what is in dist/web. */
async function buildWeb(): Promise<void> {
  const build = Bun.spawn([process.execPath, 'tools/build-web.mjs'], { cwd: ROOT, stdout: 'pipe', stderr: 'pipe' });
  const [output, errors] = await Promise.all([build.stdout, build.stderr].map((stream) => new Response(stream).text()));
  if ((await build.exited) !== 0) throw new Error(`the web app could not be built:\n${output}${errors}`);
}
