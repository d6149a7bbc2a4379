import { banyanWithPeople } from './banyan.ts';
import { newFolder } from './server-process.ts';
import { withServer } from './target.ts';

/** A registered person, with their cookie. */
export type Person = { readonly id: string; readonly cookie: string };

export type PeopledData = { readonly folder: string; readonly people: readonly Person[] };

const PASSWORD = 'correct horse battery bench';
let made: PeopledData | null = null;

/**
 * A data folder of Banyan with `count` registered people, created once per run. The server that created it is stopped,
 * so that the memory for hashing passwords is not measured.
 */
export async function dataWithPeople(count: number): Promise<PeopledData> {
  if (made !== null && made.people.length >= count) return made;
  const folder = made?.folder ?? newFolder();
  console.error(`  registering ${count} people`);
  const people = await withServer(
    banyanWithPeople,
    async (_, port) => {
      const names = Array.from({ length: count }, (_, index) => `bench${Date.now().toString(36)}-${index}`);
      const registered: Person[] = [];
      for (const [index, handle] of names.entries()) registered.push(await register(port, handle, index));
      return registered;
    },
    { folder },
  );
  made = { folder, people };
  return made;
}

/** Each registers from their own address, as reported by a proxy: registrations are limited per address. */
async function register(port: number, handle: string, index: number): Promise<Person> {
  const address = `10.0.${index >> 8}.${index & 255}`;
  const response = await post(port, 'accounts.register', {
    input: { handle, password: PASSWORD },
    headers: { 'x-forwarded-for': address },
  });
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const { id } = (await response.json()) as { readonly id: string };
  return { id, cookie };
}

/** Creates a group of these people, owned by the first. Resolves to the room's id. */
export async function makeRoom(port: number, members: readonly Person[]): Promise<string> {
  const [owner, ...others] = members;
  const input = { title: 'bench', members: others.map(({ id }) => id), key: crypto.randomUUID() };
  const response = await post(port, 'chat.createGroup', { input, headers: { cookie: owner?.cookie ?? '' } });
  return ((await response.json()) as { readonly id: string }).id;
}

type Call = { readonly input: object; readonly headers: Readonly<Record<string, string>> };

/** Calls an operation over HTTP; throws the server's response if it failed. */
async function post(port: number, operation: string, { input, headers }: Call): Promise<Response> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/${operation}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      origin: `http://127.0.0.1:${port}`,
      ...headers,
    },
    body: JSON.stringify(input),
  });
  if (!response.ok) throw new Error(`${operation}: ${response.status} ${(await response.text()).slice(0, 300)}`);
  return response;
}
