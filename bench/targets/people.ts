import { banyanWithPeople } from './banyan.ts';
import { newFolder } from './server-process.ts';
import { withServer } from './target.ts';

/** Somebody registered, with the cookie that shows it. */
export type Person = { readonly id: string; readonly cookie: string };

export type PeopledData = { readonly folder: string; readonly people: readonly Person[] };

const PASSWORD = 'correct horse battery bench';
let made: PeopledData | null = null;

/**
 * A data folder of Banyan with `count` registered people, made once a run. The server that made it is stopped, so
 * that the memory which hashing passwords took is in no measurement.
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
      for (const handle of names) registered.push(await register(port, handle));
      return registered;
    },
    { folder },
  );
  made = { folder, people };
  return made;
}

async function register(port: number, handle: string): Promise<Person> {
  const response = await post(port, 'accounts.register', { handle, password: PASSWORD });
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const { id } = (await response.json()) as { readonly id: string };
  return { id, cookie };
}

/** A group of these people, made by the first. Resolves to the room's id. */
export async function makeRoom(port: number, members: readonly Person[]): Promise<string> {
  const [owner, ...others] = members;
  const input = { title: 'bench', members: others.map(({ id }) => id), key: crypto.randomUUID() };
  const response = await post(port, 'chat.createGroup', input, owner?.cookie);
  return ((await response.json()) as { readonly id: string }).id;
}

/** Calls an operation over HTTP; throws what the server answered when it isn't a success. */
async function post(port: number, operation: string, input: object, cookie?: string): Promise<Response> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/${operation}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      origin: `http://127.0.0.1:${port}`,
      ...(cookie !== undefined && { cookie }),
    },
    body: JSON.stringify(input),
  });
  if (!response.ok) throw new Error(`${operation}: ${response.status} ${(await response.text()).slice(0, 300)}`);
  return response;
}
