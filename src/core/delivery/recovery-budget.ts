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
  readonly #around: number;

  /** `around`: bytes that the client's protocol writes with each publication besides. */
  constructor(limit: number, waiting: number, around = 0) {
    this.#left = limit - waiting;
    this.#around = around;
  }

  /** False when so many publications of so many bytes are too much; then nothing is taken. Nothing missed always fits. */
  take(publications: number, bytes: number): boolean {
    const needed = bytes + publications * this.#around;
    if (publications > 0 && needed > this.#left) return false;
    this.#left -= needed;
    return true;
  }
}
