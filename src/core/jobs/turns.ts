/** Runs tasks one after another, in call order. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Rejects if the task does; later tasks are not affected. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const running = this.#last.then(task);
    this.#last = running.catch(() => undefined);
    return running;
  }
}
