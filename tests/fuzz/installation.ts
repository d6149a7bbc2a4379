import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digests } from '../../src/adapters/bun/digests.ts';
import { createImages } from '../../src/adapters/bun/images.ts';
import { compose } from '../../src/app/compose.ts';
import { loadConfig } from '../../src/app/load-config.ts';
import { MIGRATIONS } from '../../src/app/migrations.ts';
import { openPorts } from '../../src/app/ports.ts';
import type { Role } from '../../src/contracts/roles.ts';
import { ANONYMOUS, type Principal } from '../../src/core/access/principal.ts';
import type { Passwords } from '../../src/ports/passwords.ts';
import type { Fields, LogLevel, Telemetry } from '../../src/ports/telemetry.ts';
import { HandClock } from './hand-clock.ts';
import { heapBytes } from './heap.ts';
import { Topics } from './line.ts';

/** A free replacement for argon2id: thousands of passwords are tried here, and the real port has its own tests. */
const QUICK_PASSWORDS: Passwords = {
  hash: async (password) => `plain ${password}`,
  verify: async (password, hash) => hash === `plain ${password}`,
  decoy: 'nobody',
};

/** Longer than the server remembers that a client has just left. */
const GRACE_MS = 6_000;

/** An app of the Pusher protocol. */
export const PUSHER_APP = { id: 'app', key: 'key', secret: 'a secret of the tests that nobody else knows' };

export const TOKEN_SECRET = 'a secret of the tests that nobody else knows';

/** The key for the server API. */
export const API_KEY = 'a key of the tests that nobody else knows';

/** The whole program as composed in production, without sockets. */
export class Installation {
  readonly clock = new HandClock();
  readonly topics = new Topics();
  /** Error records: their causes are hidden from clients, and nothing here should produce one. */
  readonly errors: string[] = [];
  readonly app;
  readonly ports;
  readonly #folder = mkdtempSync(join(tmpdir(), 'banyan-fuzz-'));

  constructor() {
    const env = {
      BANYAN_CLIENT_ANONYMOUS: 'true',
      BANYAN_REGISTRATION: 'open',
      BANYAN_TOKEN_SECRET: TOKEN_SECRET,
      BANYAN_API_KEYS: API_KEY,
      BANYAN_PUSHER_APPS: JSON.stringify([{ ...PUSHER_APP, webhooks: [{ url: 'http://192.0.2.1/' }] }]),
      BANYAN_DATA: this.#folder,
    };
    const { config } = loadConfig({ args: [], env, readFile: () => undefined });
    this.ports = openPorts({
      backend: { urls: {}, secret: '', timeoutMs: 1_000 },
      dataFolder: this.#folder,
      memoryHistoryBytes: config.memoryHistoryBytes,
      steps: MIGRATIONS,
      onDeath: (error) => {
        throw error;
      },
    });
    this.app = compose(config, this.ports, {
      clock: this.clock,
      telemetry: this.#telemetry(),
      fanout: this.topics,
      passwords: QUICK_PASSWORDS,
      images: createImages(),
      digests,
      webClient: { post: async () => 200 },
      vitals: {
        counts: () => [],
        process: () => ({ residentBytes: 1, heapBytes: 1, cpuSeconds: 0, lagSeconds: 0 }),
      },
    });
  }

  /** Calls an operation as the HTTP edge does. */
  call<Answer>(name: string, input: unknown, principal: Principal = ANONYMOUS): Promise<Answer> {
    const http = { headers: new Headers(), url: `http://localhost/api/v1/${name}`, responseHeaders: new Headers() };
    return this.app.operations.call(name, { principal, address: '192.0.2.1', http }, input) as Promise<Answer>;
  }

  /** Registers a person and returns their identity. The first one needs the owner's invitation. */
  async register(input: { readonly handle: string } & Readonly<Record<string, unknown>>): Promise<Principal> {
    const invite = (await this.app.ownerPath())?.replace('/join/', '');
    const me = await this.call<{ id: string; role: 'owner' | 'member'; device: string }>('accounts.register', {
      password: 'nine ivies climb',
      ...(invite !== undefined && { invite }),
      ...input,
    });
    return { kind: 'user', user: me.id, role: me.role, device: me.device };
  }

  /** Lets the owner change a person's role, and returns the new identity. */
  async become(owner: Principal, who: Principal | undefined, role: Exclude<Role, 'owner'>): Promise<Principal> {
    if (who?.kind !== 'user') throw new Error('nobody to become anything');
    await this.call('accounts.setRole', { user: who.user, role }, owner);
    return { ...who, role };
  }

  /** Creates a dead letter, of work that has no handler. */
  async createDeadLetter(): Promise<void> {
    const { workLog } = this.ports;
    const [id = ''] = await workLog.add([{ queue: 'fuzz', lane: 'a', time: this.clock.now(), data: '{}' }]);
    await workLog.fail(id, { kind: 'dead', at: this.clock.now(), reason: 'as it should' });
  }

  /** Heap bytes, without what the program holds only temporarily. */
  async heapBytes(): Promise<number> {
    this.clock.pass(GRACE_MS);
    await this.ports.sweep(Number.MAX_SAFE_INTEGER);
    return heapBytes();
  }

  async close(): Promise<void> {
    await this.app.node.drain();
    await this.ports.close();
    rmSync(this.#folder, { recursive: true });
  }

  #telemetry(): Telemetry {
    const record = (level: LogLevel, event: string, fields?: Fields) => {
      if (level === 'error') this.errors.push(`${event} ${JSON.stringify(fields)}`);
    };
    return { record, count: () => undefined };
  }
}
