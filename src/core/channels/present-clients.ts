import type { ClientInfo } from '../../ports/log.ts';

/** The clients present in a channel, with the number of connections per user. */
export class PresentClients {
  readonly #clients = new Map<string, ClientInfo>();
  readonly #users = new Map<string, number>();

  get clients(): Iterable<ClientInfo> {
    return this.#clients.values();
  }

  get size(): number {
    return this.#clients.size;
  }

  /** The number of users; all anonymous clients count as one. */
  get users(): number {
    return this.#users.size;
  }

  hasUser(user: string): boolean {
    return this.#users.has(user);
  }

  /** True if the user was not present yet. */
  add(info: ClientInfo): boolean {
    this.remove(info.client);
    this.#clients.set(info.client, info);
    const connections = (this.#users.get(info.user) ?? 0) + 1;
    this.#users.set(info.user, connections);
    return connections === 1;
  }

  /** True if the user is not present any more; false also for a client that was not present. */
  remove(client: string): boolean {
    const info = this.#clients.get(client);
    if (info === undefined) return false;
    this.#clients.delete(client);
    const connections = (this.#users.get(info.user) ?? 1) - 1;
    if (connections > 0) this.#users.set(info.user, connections);
    else this.#users.delete(info.user);
    return connections === 0;
  }
}
