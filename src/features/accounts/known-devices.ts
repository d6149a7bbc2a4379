import { createQuery, prepareStatement, readRows, toStatement } from '../../core/operations/query.ts';
import { hashToken, randomText } from '../../core/text/random-text.ts';
import type { Sql } from '../../ports/sql.ts';
import { TOKEN_LENGTH, type TokenCookie } from './cookie.ts';
import type { AccountsTables } from './tables.ts';

/** Browsers keep a cookie for at most 400 days. */
export const KNOWN_DEVICE_MS = 400 * 24 * 60 * 60 * 1_000;
/** Per person; the least recently used ones are removed. */
const MAX_PER_PERSON = 20;

/**
 * Browsers a person has signed in on before, recognised by a cookie that outlives the session. It does not sign anybody
 * in; it separates the person's own browsers from attackers (OWASP, "Slow Down Online Guessing Attacks with Device
 * Cookies"). A random token in a table rather than a signed one: any node can check it, there is no key to manage, and
 * a password change removes it from all other browsers.
 */
export class KnownDevices {
  readonly #sql: Sql;
  readonly #cookie: TokenCookie;
  readonly #query;
  readonly #find;

  constructor(sql: Sql, cookie: TokenCookie) {
    this.#sql = sql;
    this.#cookie = cookie;
    const query = createQuery<AccountsTables>(sql);
    this.#query = query;
    this.#find = prepareStatement<{ hash: string; user: string; since: number }>()((value) =>
      query
        .selectFrom('known_devices')
        .select('token_hash')
        .where('token_hash', '=', value('hash'))
        .where('user_id', '=', value('user'))
        .where('used_at', '>', value('since')),
    );
  }

  /** The id of the browser behind a request, if this person has signed in on it before. */
  async find(headers: Headers | undefined, user: string, now: number): Promise<string | undefined> {
    const token = headers === undefined ? undefined : this.#cookie.read(headers);
    if (token === undefined) return undefined;
    const wanted = { hash: await hashToken(token), user, since: now - KNOWN_DEVICE_MS };
    return (await readRows(this.#sql, this.#find(wanted)))[0]?.token_hash;
  }

  /** Remembers the person's browser: returns the cookie to set, the browser's own if it has one. */
  async remember(headers: Headers, user: string, now: number): Promise<string> {
    const token = this.#cookie.read(headers) ?? randomText(TOKEN_LENGTH);
    const known = await hashToken(token);
    const mine = this.#query.deleteFrom('known_devices').where('user_id', '=', user);
    const insert = this.#query.insertInto('known_devices').values({ token_hash: known, user_id: user, used_at: now });
    const kept = this.#query
      .selectFrom('known_devices')
      .select('token_hash')
      .where('user_id', '=', user)
      .orderBy('used_at', 'desc')
      .orderBy('token_hash')
      .limit(MAX_PER_PERSON);
    const others = this.#query.selectFrom(kept.as('kept')).select('token_hash');
    const statements = [mine.where('token_hash', '=', known), insert, mine.where('token_hash', 'not in', others)];
    await this.#sql.write(statements.map(toStatement));
    return this.#cookie.set(token, headers);
  }

  /** Forgets all browsers of the person except this one. */
  async forgetOthers(headers: Headers | undefined, user: string): Promise<void> {
    const token = headers === undefined ? undefined : this.#cookie.read(headers);
    const removal = this.#query.deleteFrom('known_devices').where('user_id', '=', user);
    const others = token === undefined ? removal : removal.where('token_hash', '!=', await hashToken(token));
    await others.execute();
  }
}
