/**
 * What one connection may be given of what it missed, in bytes, while earlier answers still wait for it.
 *
 * An answer is one frame: until all of it has arrived, the client's positions do not advance. If it filled the backlog
 * that a connection may have, the next live publication would close the line before the answer is through, and the
 * client would come back to the same answer and more, for ever. So recoveries take at most a part of the backlog
 * (`Limits.recoveryBytes`), and what waits already counts against it. Who is past it starts anew from the present
 * position (RE2).
 */
export class RecoveryBudget {
  #left: number;

  constructor(limit: number, waiting: number) {
    this.#left = limit - waiting;
  }

  /** False when so much is not left; then nothing is taken. Nothing missed always fits. */
  take(bytes: number): boolean {
    if (bytes > 0 && bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }
}
