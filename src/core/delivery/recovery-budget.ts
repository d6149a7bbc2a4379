/**
 * The bytes one connection may get in recoveries, while earlier replies are still buffered.
 *
 * A reply is one frame: until all of it has arrived, the client's positions do not advance. If it filled the
 * connection's buffer, the next live publication would close the connection before the reply is through, and the client
 * would reconnect to the same reply and more, forever. So recoveries use at most a part of the buffer
 * (`Limits.recoveryBytes`), including what is already buffered. Above it clients start at the current position (RE2).
 */
export class RecoveryBudget {
  #left: number;
  readonly #around: number;

  /** `around`: bytes the client's protocol adds to each publication. */
  constructor(limit: number, waiting: number, around = 0) {
    this.#left = limit - waiting;
    this.#around = around;
  }

  /**
   * False if this many publications of this many bytes are too much; then nothing is taken. An empty recovery always
   * fits.
   */
  take(publications: number, bytes: number): boolean {
    const needed = bytes + publications * this.#around;
    if (publications > 0 && needed > this.#left) return false;
    this.#left -= needed;
    return true;
  }
}
