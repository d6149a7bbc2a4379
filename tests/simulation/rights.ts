/** Memberships and sessions: what a feature's tables would contain. */
export class Rights {
  readonly #members = new Set<string>();
  /** Devices, and whether they signed in again. */
  readonly #signedOut = new Map<string, boolean>();
  /** How often each right was removed. */
  readonly #removals = new Map<string, number>();

  isMember(user: string, channel: string): boolean {
    return this.#members.has(`${user} ${channel}`);
  }

  add(user: string, channel: string): void {
    this.#members.add(`${user} ${channel}`);
  }

  remove(user: string, channel: string): void {
    const right = `${user} ${channel}`;
    this.#members.delete(right);
    this.#removals.set(right, this.removals(right) + 1);
  }

  isSignedOut(device: string): boolean {
    return this.#signedOut.get(device) === false;
  }

  wasSignedOut(device: string): boolean {
    return this.#signedOut.has(device);
  }

  signOut(device: string): void {
    this.#signedOut.set(device, false);
  }

  signIn(device: string): void {
    if (this.wasSignedOut(device)) this.#signedOut.set(device, true);
  }

  removals(right: string): number {
    return this.#removals.get(right) ?? 0;
  }

  /** What a starting node knows, having read the tables. */
  known(): Map<string, number> {
    return new Map(this.#removals);
  }
}
