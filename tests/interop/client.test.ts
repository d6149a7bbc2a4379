import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { fileURLToPath } from 'node:url';
import { type Client, createClient } from '../../client/client.ts';
import type { ConnectionState } from '../../client/connection.ts';
import { BanyanError } from '../../client/errors.ts';
import type { Publication, Subscribed } from '../../client/subscriptions.ts';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { clientOf as clientOnDeviceOf, type Person, register } from '../servers/people.ts';
import { until } from './until.ts';

let server: BanyanProcess;
let ada: Person;
let bob: Person;
const clients: Client[] = [];

beforeAll(async () => {
  server = await startBanyan();
  ada = await register(server, 'ada', server.ownerInvite as string);
  const { code } = await clientOf(ada).call('accounts.createInvite', {});
  bob = await register(server, 'bob', code);
});
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});
afterAll(() => server.stop());

function clientOf(person: Person): Client {
  const client = clientOnDeviceOf(server, person);
  clients.push(client);
  return client;
}

async function connected(person: Person): Promise<Client> {
  const client = clientOf(person);
  client.connect();
  await reaches(client, 'connected');
  return client;
}

function reaches(client: Client, kind: ConnectionState['kind']): Promise<void> {
  return until(() => client.connection.get().kind === kind);
}

async function errorOf(call: Promise<unknown>): Promise<BanyanError> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof BanyanError)) throw new Error(`expected a BanyanError, got ${error}`);
  return error;
}

async function makeRoom(owner: Client): Promise<string> {
  return (await owner.call('chat.createGroup', { title: 'Garden', members: [bob.id], key: crypto.randomUUID() })).id;
}

const send = (client: Client, room: string, text: string) =>
  client.call('chat.send', { room, key: crypto.randomUUID(), text });

const textsIn = (publications: readonly Publication[]) =>
  publications.flatMap(({ data }) => {
    const { type, text } = data as { readonly type: string; readonly text?: string };
    return type === 'message' ? [text] : [];
  });

describe('the typed client against a real server', () => {
  test('answers the same over HTTP and over the connection', async () => {
    const client = clientOf(ada);
    const overHttp = await client.call('accounts.me', {});
    client.connect();
    await reaches(client, 'connected');
    expect(await client.call('accounts.me', {})).toEqual(overHttp);
    expect(overHttp).toMatchObject({ id: ada.id, handle: 'ada', role: 'owner' });
  });

  test('PE2 is refused the same over both', async () => {
    const client = await connected(bob);
    for (const overHttp of [true, false]) {
      const refusal = await errorOf(client.call('accounts.invites', {}, { overHttp }));
      expect(refusal).toMatchObject({ name: 'permissionDenied', code: 103, temporary: false });
    }
    expect(await errorOf(createClient({ url: server.url }).call('accounts.me', {}))).toMatchObject({
      name: 'unauthorized',
    });
  });

  test('names the invalid field', async () => {
    const refusal = await errorOf(clientOf(ada).call('chat.send', { room: 'r', key: 'too short', text: 'x' }));
    expect(refusal).toMatchObject({ name: 'invalidInput', field: 'key' });
  });

  test("OR2 receives its room's publications in order, and is subscribed to a new room at once", async () => {
    const [a, b] = await Promise.all([connected(ada), connected(bob)]);
    const heard: Publication[] = [];
    b.onPublication('room:', (publication) => heard.push(publication));
    const room = await makeRoom(a);
    for (const text of ['one', 'two', 'three']) await send(a, room, text);
    await until(() => textsIn(heard).length === 3);
    expect(textsIn(heard)).toEqual(['one', 'two', 'three']);
    const offsets = heard.filter(({ channel }) => channel === `room:${room}`).map(({ offset }) => offset as number);
    expect(offsets).toEqual(offsets.map((_, index) => (offsets[0] as number) + index));
  });

  test('ID3 gets the first response when it sends twice, over either transport', async () => {
    const client = await connected(ada);
    const room = await makeRoom(client);
    const message = { room, key: crypto.randomUUID(), text: 'once' };
    const first = await client.call('chat.send', message);
    expect(await client.call('chat.send', message)).toEqual(first);
    expect(await client.call('chat.send', message, { overHttp: true })).toEqual(first);
    expect(await errorOf(client.call('chat.send', { ...message, text: 'other' }))).toMatchObject({ name: 'conflict' });
  });

  test('AC1 RE5 reconnects after a restart of the server, and receives what it missed', async () => {
    const a = await connected(ada);
    const room = await makeRoom(a);
    const b = await connected(bob);
    const heard: Publication[] = [];
    const starts: Subscribed[] = [];
    b.onPublication(`room:${room}`, (publication) => heard.push(publication));
    b.onSubscribed(`room:${room}`, (subscribed) => starts.push(subscribed));
    await send(a, room, 'before');
    await until(() => textsIn(heard).length === 1);
    b.disconnect();
    await send(a, room, 'while away');
    await server.restart();
    await reaches(a, 'connected');
    await send(a, room, 'after the restart');
    b.connect();
    await until(() => textsIn(heard).length === 3);
    await send(a, room, 'live');
    await until(() => textsIn(heard).length === 4);
    expect(textsIn(heard)).toEqual(['before', 'while away', 'after the restart', 'live']);
    expect(starts).toMatchObject([{ wasRecovering: true, recovered: true }]);
  }, 20_000);

  test('PE3 is closed at once when its device is signed out elsewhere', async () => {
    const { device } = await clientOf(bob).call('accounts.me', {});
    const client = await connected(bob);
    await clientOf(bob).call('accounts.signOutDevice', { device });
    await reaches(client, 'disconnected');
    expect(client.connection.get()).toMatchObject({ kind: 'disconnected', code: expect.any(Number) });
    expect(await errorOf(client.call('accounts.me', {}))).toMatchObject({ name: 'unauthorized' });
  });
});

test('runs on Node without a built-in WebSocket', async () => {
  const script = `
    import WebSocket from 'ws';
    import { createClient } from './client/client.ts';
    const headers = { Cookie: process.env.COOKIE };
    const client = createClient({
      url: process.env.URL,
      webSocket: class extends WebSocket { constructor(url) { super(url, { headers }); } },
    });
    client.connection.subscribe(async ({ kind }) => {
      if (kind !== 'connected') return;
      console.log((await client.call('accounts.me', {})).handle);
      client.disconnect();
    });
    client.connect();`;
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const built = await Bun.build({
    entrypoints: [`${root}node-script.ts`],
    files: { [`${root}node-script.ts`]: script },
    target: 'node',
    format: 'esm',
  });
  const node = Bun.spawn(['node', '--input-type=module', '-'], {
    env: { ...process.env, URL: server.url, COOKIE: ada.cookie() },
    stdin: built.outputs[0] as Blob,
    stdout: 'pipe',
    stderr: 'inherit',
  });
  expect((await new Response(node.stdout).text()).trim()).toBe('ada');
  expect(await node.exited).toBe(0);
}, 20_000);
