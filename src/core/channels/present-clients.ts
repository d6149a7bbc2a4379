import type { ClientInfo } from '../../ports/log.ts';

/** The clients present in a channel, and how many connections each user has among them. */
export class PresentClients {
  readonly #clients = new Map<string, ClientInfo>();
  readonly #users = new Map<string, number>();

  get clients(): Iterable<ClientInfo> {
    return this.#clients.values();
  }

  get size(): number {
    return this.#clients.size;
  }

  /** How many users there are, those without a name as one. */
  get users(): number {
    return this.#users.size;
  }

  hasUser(user: string): boolean {
    return this.#users.has(user);
  }

  /** True when the user was not there yet. */
  add(info: ClientInfo): boolean {
    this.remove(info.client);
    this.#clients.set(info.client, info);
    const connections = (this.#users.get(info.user) ?? 0) + 1;
    this.#users.set(info.user, connections);
    return connections === 1;
  }

  /** True when the user is not there any more; false also for a client that was not there. */
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
