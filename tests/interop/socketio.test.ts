import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { Centrifuge } from 'centrifuge';
import { SignJWT } from 'jose';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { register } from '../servers/people.ts';
import { until } from './until.ts';

const SECRET = 'a secret that is shared with one application only';
const WAYS = [
  ['a WebSocket', ['websocket']],
  ['polling', ['polling']],
  ['polling, then a WebSocket', ['polling', 'websocket']],
] as const;

let open: BanyanProcess;
let signed: BanyanProcess;
const sockets: Socket[] = [];
const others: Centrifuge[] = [];

beforeAll(async () => {
  [open, signed] = await Promise.all([
    startBanyan({ BANYAN_CLIENT_INSECURE: 'true', BANYAN_PING_SECONDS: '2', BANYAN_PONG_SECONDS: '1' }),
    startBanyan({ BANYAN_TOKEN_SECRET: SECRET }),
  ]);
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.disconnect();
  for (const client of others.splice(0)) client.disconnect();
});
afterAll(() => Promise.all([open.stop(), signed.stop()]));

type Options = Partial<ManagerOptions & SocketOptions>;

function socketOf({ url }: BanyanProcess, options: Options = {}, namespace = '/'): Socket {
  const socket = io(`${url}${namespace}`, {
    forceNew: true,
    reconnectionDelay: 50,
    reconnectionDelayMax: 200,
    ...options,
  });
  sockets.push(socket);
  return socket;
}

async function connected(server: BanyanProcess, options: Options = {}, namespace = '/'): Promise<Socket> {
  const socket = socketOf(server, options, namespace);
  await event(socket, 'connect');
  return socket;
}

/** The arguments of the next event of that name. */
function event(socket: Socket, name: string): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const given = setTimeout(() => reject(new Error(`no "${name}" came`)), 10_000);
    socket.once(name, (...args: unknown[]) => {
      clearTimeout(given);
      resolve(args);
    });
  });
}

type Answer = { readonly ok: boolean; readonly error?: { readonly code: number }; readonly [field: string]: unknown };

const ask = (socket: Socket, name: string, ...args: unknown[]): Promise<Answer> =>
  socket.timeout(10_000).emitWithAck(name, ...args);

/** The first arguments of all events of that name, in arrival order. */
function heard(socket: Socket, name: string, take: (...args: unknown[]) => unknown = (first) => first): unknown[] {
  const events: unknown[] = [];
  socket.on(name, (...args: unknown[]) => events.push(take(...args)));
  return events;
}

const dataOf = (_channel: unknown, data: unknown) => data;
const contentOf = (message: unknown) => (message as { readonly content: unknown }).content;
const tokenOf = (user: string) =>
  new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).setSubject(user).sign(new TextEncoder().encode(SECRET));

/** Breaks the connection like a network failure, without a close packet. */
function cut(socket: Socket): void {
  socket.io.engine.close();
}

describe('socket.io-client, unmodified', () => {
  test.each([...WAYS])('SI1 works over %s', async (way, transports) => {
    const channel = `demo:${way}`;
    const socket = await connected(open, { transports: [...transports] });
    const publications = heard(socket, 'publication', dataOf);
    expect(await ask(socket, 'subscribe', channel)).toMatchObject({ ok: true, recoverable: true, offset: 0 });
    expect(await ask(socket, 'publish', channel, { n: 1, text: 'äöü 你好 🌳' })).toMatchObject({ ok: true, offset: 1 });
    expect(await ask(socket, 'publish', channel, { n: 2 })).toMatchObject({ ok: true, offset: 2 });
    await until(() => publications.length === 2);
    expect(publications).toEqual([{ n: 1, text: 'äöü 你好 🌳' }, { n: 2 }]);
    const history = await ask(socket, 'history', channel, { limit: 10 });
    expect(history).toMatchObject({
      ok: true,
      offset: 2,
      publications: [{ offset: 1 }, { offset: 2, data: { n: 2 } }],
    });
    expect((await ask(socket, 'presence', channel)).clients).toHaveLength(1);
    expect(await ask(socket, 'presence_stats', channel)).toMatchObject({ ok: true, clients: 1, users: 1 });
    expect(await ask(socket, 'rpc', 'accounts.status', {})).toMatchObject({ ok: true, data: { hasOwner: false } });
    expect(await ask(socket, 'unsubscribe', channel)).toEqual({ ok: true });
    expect((await ask(socket, 'presence', channel)).clients).toEqual([]);
    expect(socket.io.engine.transport.name).toBe(transports.at(-1) ?? '');
  });

  test.each([...WAYS])('SI6 sends and receives bytes at any place: %s', async (way, transports) => {
    const channel = `demo:bytes ${way}`;
    const [a, b] = [await connected(open, { transports: [...transports] }), await connected(open)];
    await Promise.all([ask(a, 'subscribe', channel), ask(b, 'subscribe', channel)]);
    const said = { deep: [Buffer.from([0, 255, 10]), { twice: Buffer.from([7]) }], text: 'x' };
    const got = [event(a, 'publication'), event(b, 'publication')];
    expect(await ask(a, 'publish', channel, said)).toMatchObject({ ok: true });
    for (const [, data] of await Promise.all(got)) {
      const { deep, text } = data as { deep: [Uint8Array, { twice: Uint8Array }]; text: string };
      expect([[...new Uint8Array(deep[0])], [...new Uint8Array(deep[1].twice)], text]).toEqual([
        [0, 255, 10],
        [7],
        'x',
      ]);
    }
    const { publications } = await ask(b, 'history', channel, { limit: 1 });
    expect([...new Uint8Array((publications as [{ data: typeof said }])[0].data.deep[0] as Buffer)]).toEqual([
      0, 255, 10,
    ]);
  });

  test.each([...WAYS])(
    'SI2 stays connected through pings over %s, and leaves presence when it disconnects',
    async (way, transports) => {
      const channel = `demo:stays ${way}`;
      const [socket, watcher] = [await connected(open, { transports: [...transports] }), await connected(open)];
      await ask(socket, 'subscribe', channel);
      const breaks = heard(socket, 'disconnect');
      await Bun.sleep(3_500);
      expect([socket.connected, breaks]).toEqual([true, []]);
      socket.disconnect();
      while (((await ask(watcher, 'presence', channel)).clients as unknown[]).length > 0) await Bun.sleep(10);
    },
  );

  test('sends volatile events, and gets errors also without an ack', async () => {
    const socket = await connected(open);
    await ask(socket, 'subscribe', 'demo:volatile');
    const got = event(socket, 'publication');
    socket.volatile.emit('publish', 'demo:volatile', 'light');
    expect((await got)[1]).toBe('light');
    const error = event(socket, 'error');
    socket.emit('publish', 'nowhere:x', 1);
    expect(await error).toMatchObject([{ event: 'publish', error: { code: 102 } }]);
    expect(await ask(socket, 'no_such_event')).toMatchObject({ ok: false, error: { code: 104 } });
    expect(await ask(socket, 'publish', 5)).toMatchObject({ ok: false, error: { code: 107 } });
  });

  test('SI3 exchanges messages with clients of other protocols on one channel, in one order', async () => {
    const client = new Centrifuge(open.socketUrl);
    others.push(client);
    client.connect();
    const subscription = client.newSubscription('log:all');
    const there = heardBy(subscription);
    subscription.subscribe();
    await subscription.ready(5_000);
    const [a, b] = [await connected(open), await connected(open, { transports: ['polling'] }, '/log')];
    await Promise.all([ask(a, 'subscribe', 'log:all'), ask(b, 'subscribe', 'all')]);
    const here = [a, b].map((socket) => heard(socket, 'publication', dataOf));
    await Promise.all([
      ...[1, 2, 3].map((n) => ask(a, 'publish', 'log:all', `a${n}`)),
      ...[1, 2, 3].map((n) => client.publish('log:all', `c${n}`)),
      ...[1, 2, 3].map((n) => ask(b, 'publish', 'all', `b${n}`)),
    ]);
    await until(() => [there, ...here].every(({ length }) => length === 9));
    for (const each of here) expect(each).toEqual(there);
  });

  test('SI4 enters namespaces by name, several over one connection, and no unknown ones', async () => {
    const main = await connected(open, { forceNew: false });
    const demo = main.io.socket('/demo');
    sockets.push(demo);
    await event(demo, 'connect');
    expect(demo.id).not.toBe(main.id as string);
    await ask(demo, 'subscribe', 'names');
    const got = event(demo, 'publication');
    await ask(main, 'publish', 'demo:names', 1);
    expect((await got).slice(0, 2)).toEqual(['names', 1]);
    demo.disconnect();
    expect(await ask(main, 'publish', 'demo:names', 2)).toMatchObject({ ok: true });
    const nowhere = main.io.socket('/nowhere');
    sockets.push(nowhere);
    const [error] = await event(nowhere, 'connect_error');
    expect((error as Error).message).toBe('Invalid namespace');
  });
});

describe('SI10 publications of other clients', () => {
  const POISON = '{"a":{"$binary":"AA=="},"b":{"_placeholder":true,"num":5}}';

  test.each([...WAYS])(
    'do not lock a client out, live, in recovery or in history, over %s',
    async (way, transports) => {
      const channel = `demo:poison ${way}`;
      const socket = await connected(open, { transports: [...transports] });
      const breaks = heard(socket, 'disconnect');
      const publications = heard(socket, 'publication', dataOf);
      await ask(socket, 'subscribe', channel);
      const publish = (body: string) =>
        fetch(`${open.url}/publish?channel=${encodeURIComponent(channel)}`, { method: 'POST', body });
      await publish(POISON);
      await publish('{"n":1}');
      await until(() => publications.length === 2);
      cut(socket);
      await publish(POISON);
      await publish('{"n":2}');
      await until(() => publications.length === 4);
      const expected = [JSON.parse(POISON), { n: 1 }, JSON.parse(POISON), { n: 2 }];
      expect([publications, socket.recovered, breaks]).toEqual([expected, true, ['forced close']]);
      const page = await ask(socket, 'history', channel, { limit: 10 });
      expect((page.publications as { data: unknown }[]).map(({ data }) => data)).toEqual(expected);
    },
  );

  test('do not, in presence info either', async () => {
    const info = (value: unknown) =>
      new SignJWT({ info: value })
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject('ann')
        .sign(new TextEncoder().encode(SECRET));
    const infos = [{ $binary: 'AA==' }, { _placeholder: true, num: 3 }];
    const others: Socket[] = [];
    for (const value of infos) others.push(await connected(signed, { auth: { token: await info(value) } }));
    const reader = await connected(signed, { auth: { token: await tokenOf('ben') } });
    const breaks = heard(reader, 'disconnect');
    const joins = heard(reader, 'join', (_channel, who) => (who as { info?: unknown }).info);
    await ask(reader, 'subscribe', 'demo:who');
    for (const other of others) await ask(other, 'subscribe', 'demo:who');
    await until(() => joins.length === 3);
    expect(joins.slice(1)).toEqual([Buffer.from([0]), infos[1]] as unknown[]);
    const { clients } = await ask(reader, 'presence', 'demo:who');
    expect((clients as { info?: unknown }[]).map(({ info: each }) => each)).toEqual([undefined, ...infos]);
    expect(breaks).toEqual([]);
  });

  test('with too many bytes, or with wrapper objects, are refused in the ack', async () => {
    const socket = await connected(open);
    const breaks = heard(socket, 'disconnect');
    const bytes = (count: number) => Array.from({ length: count }, () => Buffer.from([1]));
    expect(await ask(socket, 'publish', 'demo:many', bytes(11))).toMatchObject({
      ...{ ok: false, error: { code: 107, field: 'arguments', message: 'hold more than 10 byte values' } },
    });
    const told = event(socket, 'error');
    socket.emit('publish', 'demo:many', bytes(11));
    expect(await told).toMatchObject([{ event: 'publish', error: { field: 'arguments' } }]);
    const mixed = { bytes: Buffer.from([1]), odd: { _placeholder: true, num: 7 } };
    expect(await ask(socket, 'publish', 'demo:many', mixed)).toMatchObject({ ok: false, error: { code: 107 } });
    expect(await ask(socket, 'publish', 'demo:many', bytes(10))).toMatchObject({ ok: true, offset: 1 });
    expect(breaks).toEqual([]);
  });
});

describe('rooms', () => {
  test('SI5 have presence, carry messages, and confirm them once they are on disk', async () => {
    const [ann, ben] = [await connected(open), await connected(open, { transports: ['polling'] })];
    const [count, messages] = [heard(ann, 'room_count'), heard(ben, 'new_message')];
    expect(await ask(ann, 'join_room', 'hall')).toMatchObject({ ok: true, room: 'hall' });
    expect(await ask(ben, 'join_room', { room: 'hall' })).toMatchObject({ ok: true, room: 'hall' });
    await until(() => count.length === 2);
    expect(count).toMatchObject([
      { room: 'hall', count: 1 },
      { room: 'hall', count: 2, join: { client: ben.id } },
    ]);
    const confirmed = event(ann, 'message_confirmed');
    const answer = await ask(ann, 'message', { room: 'hall', id: 'm1', content: { text: 'hello' } });
    expect(answer).toMatchObject({ ok: true, room: 'hall', id: 'm1', offset: 1 });
    expect(await confirmed).toMatchObject([{ room: 'hall', id: 'm1', offset: 1 }]);
    await until(() => messages.length === 1);
    expect(messages[0]).toMatchObject({ room: 'hall', id: 'm1', content: { text: 'hello' }, from: { client: ann.id } });
    expect(await ask(ben, 'join_room', 'hall')).toEqual({ ok: true, room: 'hall' });
    expect(await ask(ben, 'leave_room', 'hall')).toEqual({ ok: true, room: 'hall' });
    await until(() => count.length === 3);
    expect(count[2]).toMatchObject({ room: 'hall', count: 1, leave: { client: ben.id } });
  });

  test('ID1 store a message resent with the same id once', async () => {
    const socket = await connected(open);
    await ask(socket, 'join_room', 'once');
    const messages = heard(socket, 'new_message', contentOf);
    const answers = [
      await ask(socket, 'message', { room: 'once', id: 'x', content: 'a' }),
      await ask(socket, 'message', { room: 'once', id: 'x', content: 'a' }),
      await ask(socket, 'message', { room: 'once', content: 'b' }),
    ];
    expect(answers.map(({ offset }) => offset)).toEqual([1, 1, 2]);
    await until(() => messages.length === 2);
    expect(messages).toEqual(['a', 'b']);
  });

  test('return their newest 100 messages over HTTP to permitted users', async () => {
    const token = await tokenOf('ann');
    const socket = await connected(signed, { auth: { token } });
    await Promise.all(Array.from({ length: 105 }, (_, n) => ask(socket, 'message', { room: 'a b', content: n })));
    const path = `${signed.url}/api/rooms/${encodeURIComponent('a b')}/messages`;
    const response = await fetch(path, { headers: { Authorization: `Bearer ${token}` } });
    const { room, messages } = (await response.json()) as {
      room: string;
      messages: { content: number; offset: number }[];
    };
    expect([room, messages.length, messages[0]?.offset, messages.at(-1)?.offset]).toEqual(['a b', 100, 6, 105]);
    expect((await fetch(path)).status).toBe(401);
    expect((await fetch(path, { headers: { Authorization: 'Bearer x' } })).status).toBe(401);
    expect((await fetch(path, { method: 'POST' })).status).toBe(405);
    expect((await fetch(path, { headers: { Origin: 'https://elsewhere.example.org' } })).status).toBe(403);
  });
});

describe('authentication', () => {
  test('SI7 uses a token, and a refused client is told why', async () => {
    const [refused] = await event(socketOf(signed), 'connect_error');
    expect(refused).toMatchObject({ message: 'unauthorized', data: { code: 101 } });
    const [wrong] = await event(socketOf(signed, { auth: { token: 'x' } }), 'connect_error');
    expect(wrong).toMatchObject({ message: 'invalid token', data: { code: 3_500 } });
    const socket = await connected(signed, { auth: { token: await tokenOf('ann') } });
    const joined = event(socket, 'room_count');
    await ask(socket, 'join_room', 'mine');
    expect(await joined).toMatchObject([{ join: { user: 'ann' } }]);
    expect(await ask(socket, 'subscribe', 'room:secret')).toMatchObject({ ok: false });
  });
});

describe('a person of this installation', () => {
  test('SI7 uses the cookie; the person receives their rooms, and is disconnected when they sign out', async () => {
    const server = await startBanyan();
    const ann = await register(server, 'ann', server.ownerInvite as string);
    const socket = await connected(server, { extraHeaders: { Cookie: ann.cookie() } });
    const publications = heard(socket, 'publication', (channel) => channel);
    const { data } = await ask(socket, 'rpc', 'chat.createGroup', { title: 'Ivy', key: 'k-group-1234' });
    const { id: room } = data as { readonly id: string };
    await ask(socket, 'rpc', 'chat.send', { room, key: 'k-12345678', text: 'hello' });
    await until(() => publications.includes(`room:${room}`));
    expect(await ask(socket, 'publish', `room:${room}`, 'x')).toMatchObject({ ok: false, error: { code: 103 } });
    const reason = event(socket, 'disconnect');
    await fetch(`${server.url}/api/v1/accounts.signOut`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Cookie: ann.cookie() },
      body: '{}',
    });
    expect((await reason)[0]).toBe('io server disconnect');
    await server.stop();
  });
});

describe('recovery', () => {
  test.each([...WAYS])(
    'SI8 SI12 restores all rooms with missed messages, under the same id, over %s',
    async (way, transports) => {
      const [a, b] = [`a ${way}`, `b ${way}`];
      const [socket, other] = [await connected(open, { transports: [...transports] }), await connected(open)];
      for (const room of [a, b]) await ask(socket, 'join_room', room);
      await ask(socket, 'subscribe', `demo:${way}`);
      const [messages, publications] = [heard(socket, 'new_message', contentOf), heard(socket, 'publication', dataOf)];
      await ask(other, 'message', { room: a, content: 'a1' });
      await ask(other, 'message', { room: b, content: 'b1' });
      await until(() => messages.length === 2);
      const { id } = socket;
      cut(socket);
      await ask(other, 'message', { room: b, content: 'b2' });
      await ask(other, 'message', { room: a, content: 'a2' });
      await ask(other, 'publish', `demo:${way}`, 'd1');
      await event(socket, 'connect');
      expect([socket.recovered, socket.id]).toEqual([true, id]);
      await ask(other, 'message', { room: a, content: 'a3' });
      await until(() => messages.length === 5 && publications.length === 1);
      expect(messages.filter((text) => String(text).startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
      expect(messages.filter((text) => String(text).startsWith('b'))).toEqual(['b1', 'b2']);
    },
  );

  /** A client in these rooms whose server is killed, and which reconnects after others have published there. */
  async function comesBack(
    server: BanyanProcess,
    rooms: readonly string[],
    before: readonly string[],
    end: () => Promise<void> = () => server.crash(),
  ) {
    const [socket, other] = [await connected(server), await connected(server)];
    for (const room of rooms) await ask(socket, 'join_room', room);
    const messages = heard(socket, 'new_message', contentOf);
    for (const room of before) await ask(other, 'message', { room, content: `${room} before` });
    await until(() => messages.length === before.length);
    const { id } = socket;
    socket.io.reconnection(false);
    await end();
    await server.restart();
    const later = await connected(server);
    for (const room of rooms) await ask(later, 'message', { room, content: `${room} meanwhile` });
    const back = event(socket, 'connect');
    socket.connect();
    await back;
    for (const room of rooms) await ask(later, 'message', { room, content: `${room} after` });
    return { socket, messages, id };
  }

  test('SI8 restores a client after the server was killed, with what it missed', async () => {
    const { socket, messages } = await comesBack(open, ['busy', 'silent'], ['busy']);
    expect(socket.recovered).toBe(true);
    await until(() => messages.length === 5);
    expect(messages.toSorted()).toEqual([
      ...['busy after', 'busy before', 'busy meanwhile'],
      ...['silent after', 'silent meanwhile'],
    ]);
  });

  const ends: readonly (readonly [how: string, end: () => Promise<void>])[] = [
    [
      'was killed',
      async () => {
        // What was sent is recorded a moment later.
        await Bun.sleep(1_000);
        await open.crash();
      },
    ],
    ['was stopped', async () => undefined],
  ];
  test.each(ends)(
    'SI8 SI12 restores a client after the server %s, although others published in all its rooms',
    async (how, end) => {
      const [one, two] = [`one ${how}`, `two ${how}`];
      const { socket, messages, id } = await comesBack(open, [one, two], [one, two, one], end);
      expect([socket.recovered, socket.id]).toEqual([true, id]);
      await until(() => messages.length === 7);
      expect(messages.toSorted()).toEqual([
        ...[`${one} after`, `${one} before`, `${one} before`, `${one} meanwhile`],
        ...[`${two} after`, `${two} before`, `${two} meanwhile`],
      ]);
    },
  );

  test('SI9 is not reported if it is incomplete', async () => {
    const socket = await connected(open, { auth: { pid: 'nobody', offset: 'nothing' } });
    expect(socket.recovered).toBe(false);
  });
});

function heardBy(subscription: { on(name: 'publication', listener: (event: { data: unknown }) => void): unknown }) {
  const all: unknown[] = [];
  subscription.on('publication', ({ data }) => all.push(data));
  return all;
}
