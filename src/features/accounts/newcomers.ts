import type { FeatureHost, Person } from '../../core/operations/feature.ts';
import { createQuery, toStatement } from '../../core/operations/query.ts';
import type { Statement } from '../../ports/sql.ts';
import { personOf } from './people.ts';
import type { AccountsTables } from './tables.ts';
import type { UserStore } from './user-store.ts';

export type RegisteredListener = (person: Person) => Promise<void>;

const PAGE = 100;
const RETRY_MS = 60_000;

/**
 * New people who still have to be announced to other features. A row is inserted in the transaction that creates the
 * person, and deleted once all listeners succeeded: after a crash or a full disk they are called later.
 */
export class Newcomers {
  readonly #host: FeatureHost;
  readonly #users: Pick<UserStore, 'byId'>;
  readonly #query;
  readonly #listeners: RegisteredListener[] = [];
  #retrying = false;

  constructor(host: FeatureHost, users: Pick<UserStore, 'byId'>) {
    this.#host = host;
    this.#users = users;
    this.#query = createQuery<AccountsTables>(host.sql);
  }

  listen(listener: RegisteredListener): void {
    this.#listeners.push(listener);
  }

  /** Part of the transaction that creates the person. */
  pending(user: string, now: number): Statement {
    return toStatement(this.#query.insertInto('newcomers').values({ user_id: user, created_at: now }));
  }

  /**
   * Calls all listeners for the person. Never rejects: listeners that failed are called again later, so they must be
   * idempotent.
   */
  async announce(person: Person): Promise<void> {
    const told = await Promise.allSettled(this.#listeners.map((listener) => listener(person)));
    const failed = told.find((each) => each.status === 'rejected');
    if (failed === undefined) return this.#forget(person.id);
    this.#host.telemetry.record('error', 'account.welcome_failed', { user: person.id, error: String(failed.reason) });
    this.#retryLater();
  }

  /** Announces all pending people, in order of registration: the owner's group adds the others. */
  async catchUp(): Promise<void> {
    const waiting = await this.#query
      .selectFrom('newcomers')
      .select('user_id as user')
      .orderBy('created_at')
      .orderBy('user_id')
      .limit(PAGE)
      .execute();
    for (const { user } of waiting) {
      const found = await this.#users.byId(user);
      if (found !== undefined) await this.announce(personOf(found));
    }
    if (waiting.length === PAGE) this.#retryLater();
  }

  async #forget(user: string): Promise<void> {
    try {
      await this.#query.deleteFrom('newcomers').where('user_id', '=', user).execute();
    } catch (error) {
      this.#host.telemetry.record('warn', 'account.newcomer_kept', { user, error: String(error) });
    }
  }

  #retryLater(): void {
    if (this.#retrying) return;
    this.#retrying = true;
    this.#host.clock.after(RETRY_MS, () => {
      this.#retrying = false;
      this.catchUp().catch((error) => {
        this.#host.telemetry.record('error', 'account.catch_up_failed', { error: String(error) });
        this.#retryLater();
      });
    });
  }
}
