import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createImages } from '../../src/adapters/bun/images.ts';
import { createPasswords } from '../../src/adapters/bun/passwords.ts';
import { MemoryBlobs } from '../../src/adapters/memory/blobs.ts';
import { MemoryBus } from '../../src/adapters/memory/bus.ts';
import { MemoryLog } from '../../src/adapters/memory/log.ts';
import { openDatabase } from '../../src/adapters/sqlite/database.ts';
import { SqliteWorkLog } from '../../src/adapters/sqlite/work-log.ts';
import type { Me } from '../../src/contracts/accounts/contract.ts';
import type { Principal } from '../../src/core/access/principal.ts';
import type { NodeMessage } from '../../src/core/bus/node-messages.ts';
import { Namespaces } from '../../src/core/channels/namespaces.ts';
import { ClientError } from '../../src/core/errors.ts';
import { Jobs } from '../../src/core/jobs/jobs.ts';
import { Node } from '../../src/core/node/node.ts';
import { Avatars } from '../../src/core/operations/avatars.ts';
import type { FeatureHost } from '../../src/core/operations/feature.ts';
import { createOperations } from '../../src/core/operations/operations.ts';
import { createAccounts } from '../../src/features/accounts/feature.ts';
import { ACCOUNTS_NAMESPACES } from '../../src/features/accounts/namespaces.ts';
import type { AccountsSettings } from '../../src/features/accounts/parts.ts';
import { ACCOUNTS_MIGRATIONS } from '../../src/features/accounts/tables.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Telemetry } from '../../src/ports/telemetry.ts';
import { centrifugeJson } from '../../src/protocols/centrifuge/protocol.ts';

export const PASSWORD = 'unter den linden 4';
const SESSION = 'banyan';

const SILENT: Telemetry = { record: () => undefined, count: () => undefined };

type Timer = { readonly at: number; readonly run: () => void; readonly stop: () => void };

/** Real time that tests can move forward. */
class ShiftedClock implements Clock {
  #shift = 0;
  readonly #timers = new Set<Timer>();

  now = () => Date.now() + this.#shift;

  after = (ms: number, run: () => void) => {
    const handle = setTimeout(() => this.#fire(timer), ms);
    const timer: Timer = { at: this.now() + ms, run, stop: () => clearTimeout(handle) };
    this.#timers.add(timer);
    return () => {
      timer.stop();
      this.#timers.delete(timer);
    };
  };

  soon = (run: () => void) => {
    setImmediate(run);
  };

  /** Advances the clock at once; resolves when all due timers have run. */
  async pass(ms: number): Promise<void> {
    this.#shift += ms;
    for (const timer of [...this.#timers]) if (timer.at <= this.now()) this.#fire(timer);
    await Bun.sleep(20);
  }

  #fire(timer: Timer): void {
    timer.stop();
    if (this.#timers.delete(timer)) timer.run();
  }
}

/** A live connection and the messages it received. */
export type TestConnection = { readonly frames: string[]; readonly closed: Promise<{ code: number; at: number }> };

/** Accounts on a real database and a real node, without sockets. */
export class Installation {
  readonly folder = mkdtempSync(join(tmpdir(), 'banyan-accounts-'));
  readonly clock = new ShiftedClock();
  readonly blobs = new MemoryBlobs();
  readonly database = openDatabase(this.folder, ACCOUNTS_MIGRATIONS, (error) => {
    throw error;
  });
  readonly host: FeatureHost;
  readonly accounts;
  readonly node: Node;
  readonly operations;
  readonly #bus = new MemoryBus<NodeMessage>();

  constructor(settings: Partial<AccountsSettings> = {}) {
    this.node = this.#createNode();
    const { blobs, clock, node: channels } = this;
    const { sql } = this.database;
    const avatars = new Avatars({ blobs, images: createImages(), clock });
    const jobs = new Jobs({ log: new SqliteWorkLog(sql), clock, telemetry: SILENT });
    this.host = { sql, avatars, clock, telemetry: SILENT, channels, jobs };
    const ports = { passwords: createPasswords() };
    this.accounts = createAccounts(this.host, {
      ...{ registration: 'invite', publicUrl: '', trustedProxies: [] },
      ...ports,
      ...settings,
    });
    this.operations = createOperations(this.accounts.feature.operations);
    this.#start();
  }

  browser(address = '192.0.2.1'): Browser {
    return new Browser(this, address);
  }

  /** The first person of the installation: the owner. */
  async owner(): Promise<Browser> {
    const owner = this.browser();
    const invite = (await this.accounts.ownerInvite()) ?? 'there is already an owner';
    await owner.call('accounts.register', { handle: 'owner', password: PASSWORD, invite });
    return owner;
  }

  /** Registers a person with an invitation from the owner. */
  async member(owner: Browser, handle: string, role = 'member'): Promise<Browser> {
    const { code } = await owner.call<{ code: string }>('accounts.createInvite', { role });
    const member = this.browser();
    await member.call('accounts.register', { handle, password: PASSWORD, invite: code });
    return member;
  }

  async close(): Promise<void> {
    await this.node.drain();
    await this.database.close();
    rmSync(this.folder, { recursive: true });
  }

  #createNode(): Node {
    const memory = new MemoryLog('test-');
    return new Node({
      ...{ name: 'test', version: '0', clock: this.clock, telemetry: SILENT, bus: this.#bus },
      fanout: { publish: () => undefined },
      logs: { memory, durable: this.database.log },
      protocols: [centrifugeJson],
      namespaces: new Namespaces(ACCOUNTS_NAMESPACES),
      openNamespaces: new Set(),
      limits: {
        ...{
          channels: 100,
          commandsInFlight: 100,
          history: 100,
          recoveryBytes: 1_000_000,
          backlogBytes: 2_000_000,
          mapBytes: 1_000_000,
          anonymous: false,
          pingMs: 25_000,
          pongMs: 8_000,
        },
        queue: { length: 1_000, bytes: 1_000_000 },
      },
    });
  }

  #start(): void {
    const { feature } = this.accounts;
    this.node.start({
      serverChannels: async (principal) => (await feature.serverChannels?.(principal)) ?? [],
      call: this.operations.call,
      onPresence: (user, online) => feature.onPresence?.(user, online),
      onTick: (now) => feature.onTick?.(now),
      verifyToken: () => Promise.reject(new ClientError('tokenExpired')),
    });
  }
}

/** Keeps cookies as a browser does, and calls operations as the HTTP edge does. */
export class Browser {
  userAgent = 'Mozilla/5.0 (X11; Linux x86_64) Chrome/149.0.0.0 Safari/537.36';
  readonly cookies = new Map<string, string>();
  /** The last Set-Cookie value of the session's cookie. */
  setCookie: string | undefined;
  readonly #installation: Installation;

  constructor(
    installation: Installation,
    readonly address: string,
  ) {
    this.#installation = installation;
  }

  /** The session's cookie as a name=value pair, or '' without one. */
  get cookie(): string {
    const token = this.cookies.get(SESSION);
    return token === undefined ? '' : `${SESSION}=${token}`;
  }

  set cookie(pair: string) {
    this.#put(pair);
  }

  get headers(): Headers {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return new Headers({ 'user-agent': this.userAgent, ...(cookie !== '' && { cookie }) });
  }

  principal(): Promise<Principal> {
    return this.#installation.accounts.authenticate(this.headers);
  }

  async call<Answer = unknown>(name: string, input: unknown = {}): Promise<Answer> {
    const { headers } = this;
    const responseHeaders = new Headers();
    const principal = await this.#installation.accounts.authenticate(headers);
    const http = { headers, url: `http://localhost/api/v1/${name}`, responseHeaders };
    const answer = await this.#installation.operations.call(name, { principal, address: this.address, http }, input);
    this.#keep(responseHeaders);
    return answer as Answer;
  }

  me(): Promise<Me> {
    return this.call<Me>('accounts.me');
  }

  /** The kind and field of the error the call fails with, or its result if it succeeds. */
  async refusal(name: string, input: unknown = {}): Promise<string> {
    const ended = await this.attempt(name, input);
    if (!(ended instanceof ClientError)) return `answered ${JSON.stringify(ended)}`;
    return ended.field === undefined ? ended.kind : `${ended.kind} ${ended.field}`;
  }

  /** The response, or the error sent to the client. */
  async attempt(name: string, input: unknown = {}): Promise<unknown> {
    try {
      return await this.call(name, input);
    } catch (error) {
      if (error instanceof ClientError) return error;
      throw error;
    }
  }

  async route(path: string, init: { method?: string; body?: Uint8Array | ReadableStream; type?: string } = {}) {
    const { method = 'GET', body } = init;
    const request = new Request(`http://localhost${path}`, { method, ...(body !== undefined && { body }) });
    const principal = await this.principal();
    const { accounts, host } = this.#installation;
    return (await accounts.feature.route?.(request, principal)) ?? host.avatars.route(request, principal);
  }

  /** Opens a live connection; resolves when the server has answered its connect. */
  async connect(principal?: Principal): Promise<TestConnection> {
    const frames: string[] = [];
    let isOpen = true;
    const { promise: closed, resolve } = Promise.withResolvers<{ code: number; at: number }>();
    const connection = {
      send: (frame: string) => void frames.push(frame),
      backlog: () => 0,
      join: () => undefined,
      leave: () => undefined,
      close: (code: number) => {
        isOpen = false;
        resolve({ code, at: performance.now() });
      },
    };
    const opening = { connection, protocol: centrifugeJson, address: this.address };
    const session = this.#installation.node.open({ ...opening, principal: principal ?? (await this.principal()) });
    session.receive('{"id":1,"connect":{}}');
    while (frames.length === 0 && isOpen) await Bun.sleep(1);
    return { frames, closed };
  }

  #keep(responseHeaders: Headers): void {
    for (const value of responseHeaders.getSetCookie()) {
      const [pair = ''] = value.split(';');
      if (pair.startsWith(`${SESSION}=`)) this.setCookie = value;
      this.#put(pair);
    }
  }

  #put(pair: string): void {
    const [name = '', token = ''] = pair.split('=');
    if (token === '') this.cookies.delete(name);
    else this.cookies.set(name, token);
  }
}
