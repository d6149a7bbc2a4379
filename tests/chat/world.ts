import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Input, OperationName, Output } from '../../client/contract.ts';
import { createImages } from '../../src/adapters/bun/images.ts';
import { createPasswords } from '../../src/adapters/bun/passwords.ts';
import { MemoryBlobs } from '../../src/adapters/memory/blobs.ts';
import { MemoryBus } from '../../src/adapters/memory/bus.ts';
import { MemoryLog } from '../../src/adapters/memory/log.ts';
import { openDatabase } from '../../src/adapters/sqlite/database.ts';
import { SqliteWorkLog } from '../../src/adapters/sqlite/work-log.ts';
import { MIGRATIONS } from '../../src/app/migrations.ts';
import { type RoomEvent, roomChannel } from '../../src/contracts/chat/events.ts';
import type { Role } from '../../src/contracts/roles.ts';
import type { Principal } from '../../src/core/access/principal.ts';
import type { NodeMessage } from '../../src/core/bus/node-messages.ts';
import { Namespaces } from '../../src/core/channels/namespaces.ts';
import { ClientError } from '../../src/core/errors.ts';
import { Jobs } from '../../src/core/jobs/jobs.ts';
import { Node } from '../../src/core/node/node.ts';
import { Avatars } from '../../src/core/operations/avatars.ts';
import type { FeatureHost, People } from '../../src/core/operations/feature.ts';
import { createOperations, type Operations } from '../../src/core/operations/operations.ts';
import { createAccounts } from '../../src/features/accounts/feature.ts';
import { ACCOUNTS_NAMESPACES } from '../../src/features/accounts/namespaces.ts';
import { type ChatRateSettings, NO_CHAT_RATES } from '../../src/features/chat/chat-rates.ts';
import { createChat } from '../../src/features/chat/feature.ts';
import { CHAT_NAMESPACES } from '../../src/features/chat/namespaces.ts';
import type { ChatSettings } from '../../src/features/chat/parts.ts';
import type { RoomPublication } from '../../src/features/chat/state.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Sql } from '../../src/ports/sql.ts';
import type { Telemetry } from '../../src/ports/telemetry.ts';
import { centrifugeJson } from '../../src/protocols/centrifuge/protocol.ts';
import { TestConnection, TestFanout } from './connection.ts';

export const RECALL_MS = 120_000;

const SILENT: Telemetry = { record: () => undefined, count: () => undefined };

/** A wall clock that only tests move forward; timers are real. */
class HandClock implements Clock {
  time = Date.UTC(2026, 0, 1);
  now = () => this.time;
  after = (ms: number, run: () => void) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  };
  soon = (run: () => void) => {
    setImmediate(run);
  };
}

/** Chat and accounts on a real database and a real node, without sockets. */
export class World {
  readonly clock = new HandClock();
  readonly fanout = new TestFanout();
  readonly chat;
  readonly node: Node;
  readonly operations;
  readonly blobs = new MemoryBlobs();
  readonly avatars: Avatars;
  /** Each SQL text used for reading or writing. */
  readonly reads: string[] = [];
  readonly writes: string[] = [];
  /** Runs between a read and the use of its result. */
  afterRead: (sql: string) => Promise<void> = async () => undefined;
  readonly #host: FeatureHost;
  readonly #people: People;
  readonly #folder = mkdtempSync(join(tmpdir(), 'banyan-chat-'));
  readonly #database = openDatabase(this.#folder, MIGRATIONS, (error) => {
    throw error;
  });
  readonly sql: Sql = {
    read: async (statement) => {
      this.reads.push(statement.sql);
      const rows = await this.#database.sql.read(statement);
      await this.afterRead(statement.sql);
      return rows;
    },
    write: (statements) => {
      this.writes.push(...statements.map(({ sql }) => sql));
      return this.#database.sql.write(statements);
    },
  };

  readonly #settings: ChatSettings;

  constructor(rates: ChatRateSettings = NO_CHAT_RATES) {
    this.#settings = { recallMs: RECALL_MS, rates };
    const namespaces = new Namespaces({ ...ACCOUNTS_NAMESPACES, ...CHAT_NAMESPACES });
    this.node = this.#createNode(namespaces);
    const { sql, clock, blobs, node } = this;
    const channels: FeatureHost['channels'] = {
      publish: (channel, data, options) => {
        this.writes.push(...(options?.writes ?? []).map((write) => write.sql));
        return node.publish(channel, data, options);
      },
      read: (channel, range) => node.read(channel, range),
      subscribeUser: (user, channel) => node.subscribeUser(user, channel),
      unsubscribeUser: (user, channel) => node.unsubscribeUser(user, channel),
      disconnectUser: (user, kind, device) => node.disconnectUser(user, kind, device),
      connectionsOf: (user) => node.connectionsOf(user),
    };
    this.avatars = new Avatars({ blobs, images: createImages(), clock });
    const jobs = new Jobs({ log: new SqliteWorkLog(sql), clock, telemetry: SILENT });
    this.#host = { sql, avatars: this.avatars, clock, telemetry: SILENT, channels, jobs };
    const ports = { passwords: createPasswords() };
    const accounts = createAccounts(this.#host, { registration: 'open', publicUrl: '', trustedProxies: [], ...ports });
    this.#people = accounts.people;
    this.chat = createChat(this.#host, accounts.people, this.#settings);
    for (const [name, policy] of Object.entries(this.chat.policies ?? {})) namespaces.setPolicy(name, policy);
    this.operations = createOperations([...accounts.feature.operations, ...this.chat.operations]);
    this.#start();
  }

  /** Operations with their own caches and lanes, as on another node with the same database. */
  secondNode(): Operations {
    return createOperations(createChat(this.#host, this.#people, this.#settings).operations);
  }

  /** A registered person. Chat is not notified: see `welcome`. */
  async person(handle: string, role: Role = 'member'): Promise<Person> {
    const [columns, now] = ['id, handle, display_name, search_name, role, disabled, created_at', this.clock.now()];
    const params = [`id-of-${handle}`, handle, handle, handle, role, 0, now];
    const person = new Person(this, handle, { role });
    const device = `INSERT INTO devices (id, user_id, token_hash, label, address, created_at, last_seen_at, expires_at)
      VALUES (?, ?, ?, '', '', ?, ?, ?)`;
    const signedIn = [`device-of-${handle}`, person.id, `hash-of-${handle}`, now, now, now * 2];
    await this.sql.write([
      { sql: `INSERT INTO users (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?)`, params },
      { sql: device, params: signedIn },
    ]);
    return person;
  }

  /** Disables the account or enables it again, as accounts does. */
  async setDisabled({ id }: Person, disabled: boolean): Promise<void> {
    await this.sql.write([
      { sql: 'UPDATE users SET disabled = ? WHERE id = ?', params: [disabled ? 1 : 0, id] },
      { sql: 'DELETE FROM devices WHERE user_id = ? AND ? = 1', params: [id, disabled ? 1 : 0] },
    ]);
  }

  async people<const Handles extends readonly string[]>(...handles: Handles) {
    const people = await Promise.all(handles.map((handle) => this.person(handle)));
    return people as { -readonly [K in keyof Handles]: Person };
  }

  /** Chat is notified of the registration. */
  async welcome({ id, handle, role }: Person): Promise<void> {
    await this.chat.onRegistered?.({ id, handle, displayName: handle, role, refusesStrangers: false });
  }

  /** All publications of the room. */
  async log(room: string): Promise<RoomPublication[]> {
    const { publications } = await this.node.read(roomChannel(room), { limit: 100_000 });
    return publications.map(({ offset, data }) => ({ offset, event: JSON.parse(data) as RoomEvent }));
  }

  async rows(sql: string, ...params: readonly (string | number)[]) {
    return this.#database.sql.read({ sql, params });
  }

  async close(): Promise<void> {
    await this.node.drain();
    await this.#database.close();
    rmSync(this.#folder, { recursive: true });
  }

  #createNode(namespaces: Namespaces): Node {
    return new Node({
      ...{
        name: 'test',
        version: '0',
        clock: this.clock,
        telemetry: SILENT,
        bus: new MemoryBus<NodeMessage>(),
        fanout: this.fanout,
      },
      logs: { memory: new MemoryLog('test-'), durable: this.#database.log },
      protocols: [centrifugeJson],
      namespaces,
      openNamespaces: new Set(),
      limits: {
        ...{
          channels: 128,
          commandsInFlight: 1_000,
          history: 300,
          recoveryBytes: 1_000_000,
          backlogBytes: 2_000_000,
          mapBytes: 1_000_000,
          anonymous: false,
          pingMs: 25_000,
          pongMs: 8_000,
        },
        queue: { length: 10_000, bytes: 10_000_000 },
      },
    });
  }

  #start(): void {
    this.node.start({
      serverChannels: async (principal) => {
        const rooms = (await this.chat.serverChannels?.(principal)) ?? [];
        return principal.kind === 'user' ? [`user:${principal.user}`, ...rooms] : rooms;
      },
      call: this.operations.call,
      onPresence: () => undefined,
      verifyToken: () => Promise.reject(new ClientError('tokenExpired')),
    });
  }
}

/** Calls operations as an edge does. */
export class Person {
  readonly id: string;
  readonly role: Role;
  readonly #world: World;
  readonly #operations: Operations;

  constructor(
    world: World,
    readonly handle: string,
    { role, operations = world.operations }: { readonly role: Role; readonly operations?: Operations },
  ) {
    this.#world = world;
    this.#operations = operations;
    this.role = role;
    this.id = `id-of-${handle}`;
  }

  get principal(): Principal {
    return { kind: 'user', user: this.id, role: this.role, device: `device-of-${this.handle}` };
  }

  /** The same person, on operations of another node. */
  on(operations: Operations): Person {
    return new Person(this.#world, this.handle, { role: this.role, operations });
  }

  async call<Name extends OperationName>(name: Name, input: Input<Name>): Promise<Output<Name>> {
    const context = { principal: this.principal, address: '192.0.2.1' };
    return (await this.#operations.call(name, context, input)) as Output<Name>;
  }

  /** The kind and field of the error the call fails with, or its result if it succeeds. */
  async refusal<Name extends OperationName>(name: Name, input: Input<Name>): Promise<string> {
    try {
      return `answered ${JSON.stringify(await this.call(name, input))}`;
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      return error.field === undefined ? error.kind : `${error.kind} ${error.field}`;
    }
  }

  /** Creates a group with these people. */
  async group(title: string, ...members: readonly Person[]): Promise<string> {
    const input = { title, members: members.map(({ id }) => id), key: crypto.randomUUID() };
    return (await this.call('chat.createGroup', input)).id;
  }

  /** Sends a message and returns its offset. */
  async say(room: string, text: string, replyTo?: number): Promise<number> {
    const input = { room, text, key: crypto.randomUUID(), ...(replyTo !== undefined && { replyTo }) };
    return (await this.call('chat.send', input)).offset;
  }

  /** Connects as one of the person's devices. */
  connect(): Promise<TestConnection> {
    return TestConnection.open(this.#world.node, this.#world.fanout, this.principal);
  }
}
