import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';

/** Files that a thread opens while it starts, and some for whatever else does so meanwhile. */
const FILES = 16;
/** A thread is there within some milliseconds; one whose program does not even load is not waited for any longer. */
const MOST_MS = 2_000;

/** What a thread is sent before its first order, to say that it has come as far as that. */
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
  worker.postMessage(started);
  worker.postMessage(order);
  Atomics.wait(started, 0, 0, MOST_MS);
  return worker;
}

/** In the thread: takes its messages, and tells `startThread` once the first order was taken or has failed. */
export function answeringStart<T extends object | string>(
  take: (message: T) => void,
): (event: { data: T | Started }) => void {
  let started: Started | undefined;
  return ({ data }) => {
    if (data instanceof Int32Array) {
      started = data;
      return;
    }
    try {
      take(data);
    } finally {
      if (started !== undefined) tell(started);
      started = undefined;
    }
  };
}

function tell(started: Started): void {
  Atomics.store(started, 0, 1);
  Atomics.notify(started, 0);
}

function checkFiles(): void {
  const opened: number[] = [];
  try {
    for (let count = 0; count < FILES; count += 1) opened.push(openSync(devNull, 'r'));
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}
