import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';

/** Files a thread opens during its start, and some for others that open files meanwhile. */
const FILES = 16;
/** A thread starts within milliseconds; one whose program does not load is not waited for any longer. */
const TIMEOUT_MS = 2_000;

/** Sent to a thread before its first order, to confirm that it has started. */
export type Started = Int32Array;

/**
 * Starts a thread and waits until it has handled its first order. Bun ends the whole process if a thread cannot open
 * the files of its own program; during this wait no connection is accepted that could take the last ones.
 *
 * Throws if the process has too few files left.
 */
export function startThread(program: URL, order: object): Worker {
  checkFiles();
  const worker = new Worker(program.href);
  const started: Started = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  worker.postMessage(started);
  worker.postMessage(order);
  Atomics.wait(started, 0, 0, TIMEOUT_MS);
  return worker;
}

/**
 * Called in the thread: handles its messages, and confirms to `startThread` once the first order was handled or has
 * failed.
 */
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
