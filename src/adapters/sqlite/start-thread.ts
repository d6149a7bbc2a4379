import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';

/** Files that a thread opens while it starts, and some for whatever else does so meanwhile. */
const FILES = 16;
/** A thread is there within some milliseconds. One that fails at once is not waited for any longer. */
const MOST_MS = 2_000;

/** What a thread is sent behind its first order, to say that it has come as far as that. */
export type Started = Int32Array;

/**
 * Starts a thread and waits until it has taken its first order. Bun ends the whole process where a thread cannot open the
 * files of its own program; as long as this waits, no connection is accepted that would take the last ones.
 *
 * Throws where the process has too few files left.
 */
export function startThread(program: URL, order: object): Worker {
  checkFiles();
  const worker = new Worker(program.href);
  const started: Started = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  worker.postMessage(order);
  worker.postMessage(started);
  Atomics.wait(started, 0, 0, MOST_MS);
  return worker;
}

/** In the thread: whether the message was that of `startThread`, which is answered by this. */
export function answersStart(message: unknown): message is Started {
  if (!(message instanceof Int32Array)) return false;
  Atomics.store(message, 0, 1);
  Atomics.notify(message, 0);
  return true;
}

function checkFiles(): void {
  const opened: number[] = [];
  try {
    for (let count = 0; count < FILES; count += 1) opened.push(openSync(devNull, 'r'));
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}
