/**
 * Runs in its own thread with its own connection, so that a lock wait, a checkpoint or a slow disk never stalls
 * sockets. The writer commits all pending jobs in one transaction (group commit): under load one fsync carries
 * thousands of publications. The reader reads WAL snapshots and is never blocked by the writer.
 */
import { Database } from 'bun:sqlite';
import { CommitGuard } from './commit-guard.ts';
import { isDamage } from './damage.ts';
import type { Answer, Job, JobResults, Request } from './jobs.ts';
import { Reader } from './reader.ts';
import type { RunMark } from './run-file.ts';
import { answeringStart, type Started } from './start-thread.ts';
import { isConstraint, isOfOneJob, Writer } from './writer.ts';

export type OpenWorker =
  /** `mark`: the content of the run file. */
  | { readonly open: 'writer'; readonly file: string; readonly mark: RunMark }
  /** `isSuspect`: the database may be damaged, so rows are verified on reading. */
  | { readonly open: 'reader'; readonly file: string; readonly isSuspect: boolean };
/** The last message to the thread, and its reply after all others: the database is closed. */
export const CLOSE = 'close';
export const CLOSED = 'closed';

declare const self: {
  onmessage: ((event: { data: OpenWorker | readonly Request[] | typeof CLOSE | Started }) => void) | null;
  postMessage(answers: readonly Answer[] | typeof CLOSED): void;
};

/** Handles requests once the database is open. */
type Service = { serve(requests: readonly Request[]): void; close(): void };
type Results = JobResults[Job['kind']];

let service: Service | undefined;

self.onmessage = answeringStart((data: OpenWorker | readonly Request[] | typeof CLOSE) => {
  if (data === CLOSE) {
    service?.close();
    self.postMessage(CLOSED);
  } else if ('open' in data) {
    const db = connect(data);
    service = data.open === 'writer' ? serveWrites(db, data) : serveReads(db, data.isSuspect);
  } else {
    service?.serve(data);
  }
});

function serveReads(db: Database, isSuspect: boolean): Service {
  const reader = new Reader(db, isSuspect);
  const run = (job: Job): Results => {
    if (job.kind === 'read') return reader.read(job);
    if (job.kind === 'entries') return reader.entries(job);
    if (job.kind === 'query') return reader.query(job.sql, job.params);
    throw new Error(`the reader has no job ${job.kind}`);
  };
  return {
    // Each at once: together, the replies to a burst of requests would fill the memory with pages.
    serve: (requests) => {
      for (const request of requests) post([answer(request, run)]);
    },
    close: () => reader.close(),
  };
}

type Writing = { readonly db: Database; readonly writer: Writer; readonly guard: CommitGuard };

function serveWrites(db: Database, { file, mark }: Extract<OpenWorker, { open: 'writer' }>): Service {
  const writer = new Writer(db);
  const writing = { db, writer, guard: new CommitGuard(file, mark) };
  let waiting: Request[] = [];
  const commit = () => {
    const requests = waiting;
    waiting = [];
    const inside = requests.filter(({ job }) => job.kind !== 'checkpoint');
    if (inside.length > 0) post(commitAll(writing, inside));
    for (const request of requests) {
      if (request.job.kind === 'checkpoint') post([answer(request, () => bringIn(db))]);
    }
  };
  const serve = (requests: readonly Request[]) => {
    if (waiting.length === 0) setImmediate(commit);
    for (const request of requests) waiting.push(request);
  };
  const close = () => {
    writing.guard.beforeClose();
    writer.close();
    writing.guard.close();
  };
  return { serve, close };
}

/** A reply that cannot be sent to the main thread becomes an error: otherwise the caller would wait forever. */
function post(answers: readonly Answer[]): void {
  try {
    self.postMessage(answers);
  } catch (error) {
    self.postMessage(answers.map(({ id }) => failure(id, error)));
  }
}

/** Does not wait for readers: while one uses an older snapshot, the log keeps growing a little. */
function bringIn(db: Database): null {
  db.run('PRAGMA wal_checkpoint(PASSIVE)');
  return null;
}

/** Errors to return for requests that hit damage, by request id, before the transaction is repeated. */
type Refused = Map<number, Answer>;

/** SQLite refuses a whole transaction that has hit damage: it is repeated without that request, up to this often. */
const MAX_ATTEMPTS = 50;

/** One transaction for all, except for jobs that hit damaged pages: those get an error. */
function commitAll(writing: Writing, requests: readonly Request[]): readonly Answer[] {
  const refused: Refused = new Map();
  const known = () => writing.writer.damagedChannels + refused.size;
  for (let tries = 1; ; tries += 1) {
    const before = known();
    try {
      return commitTogether(writing, requests, refused);
    } catch (error) {
      if (!isDamage(error) || known() === before || tries === MAX_ATTEMPTS) {
        return requests.map(({ id }) => failure(id, error));
      }
    }
  }
}

/**
 * If one of them fails the transaction, they are repeated in a way that only that one fails. Throws if nothing was
 * committed.
 */
function commitTogether(writing: Writing, requests: readonly Request[], refused: Refused): readonly Answer[] {
  const { writer } = writing;
  try {
    return commitWith(writing, requests, refused, (job) => write(writer, job));
  } catch (error) {
    if (!isOfOneJob(error)) throw error;
  }
  return commitWith(writing, requests, refused, (job) =>
    job.kind === 'append' ? writer.appendEach(job.rows) : writer.alone(() => write(writer, job)),
  );
}

/** Throws if nothing was committed. */
function commitWith(
  { db, writer, guard }: Writing,
  requests: readonly Request[],
  refused: Refused,
  run: (job: Job) => Results,
): readonly Answer[] {
  try {
    db.run('BEGIN IMMEDIATE');
    const answers = requests.map((request) => refused.get(request.id) ?? answerInside({ db, refused }, request, run));
    writer.flush();
    guard.beforeCommit();
    db.run('COMMIT');
    guard.afterCommit();
    return answers;
  } catch (error) {
    writer.forget();
    if (db.inTransaction) db.run('ROLLBACK');
    throw error;
  }
}

function write(writer: Writer, job: Job): Results {
  if (job.kind === 'append') return writer.append(job.rows);
  if (job.kind === 'write') return writer.write(job.statements);
  if (job.kind === 'trim') return writer.trim(job.channel);
  if (job.kind === 'expire') return writer.expire(job.now);
  throw new Error(`the writer has no job ${job.kind}`);
}

function answer({ id, job }: Request, run: (job: Job) => Results): Answer {
  try {
    return { id, ok: true, result: run(job) };
  } catch (error) {
    return failure(id, error);
  }
}

type Inside = { readonly db: Database; readonly refused: Refused };

/** Like `answer`; throws for errors that roll back the transaction and so affect all requests in it. */
function answerInside({ db, refused }: Inside, { id, job }: Request, run: (job: Job) => Results): Answer {
  try {
    return { id, ok: true, result: run(job) };
  } catch (error) {
    // For appends the writer knows the channels.
    if (isDamage(error) && job.kind !== 'append') refused.set(id, failure(id, error));
    // A full disk, for example, has ended the transaction: later statements would commit by themselves.
    if (!db.inTransaction || job.kind === 'append' || !isOfOneJob(error)) throw error;
    return failure(id, error);
  }
}

function failure(id: number, error: unknown): Answer {
  const { message, code = '' } = error as Error & { readonly code?: string };
  return { id, ok: false, constraint: isConstraint(error), message, code };
}

const PRAGMAS = ['busy_timeout = 10000', 'synchronous = FULL', 'foreign_keys = ON', 'cache_size = -8000'];
const PRAGMA_OF = {
  // `Checkpoints` does that; if its thread is gone, the log is limited to 200 MiB.
  writer: 'wal_autocheckpoint = 50000',
  // Not a read-only handle: it could not recover a WAL left by a crash.
  reader: 'query_only = ON',
} as const;

function connect({ file, open }: OpenWorker): Database {
  const connected = new Database(file, { readwrite: true });
  for (const pragma of [...PRAGMAS, PRAGMA_OF[open]]) connected.run(`PRAGMA ${pragma}`);
  return connected;
}
