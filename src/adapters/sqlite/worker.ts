/**
 * Runs in its own thread and owns one connection, so that a lock wait, a checkpoint or a slow disk never stalls
 * sockets. The writer commits all jobs that are waiting in one transaction (group commit): under load one fsync
 * carries thousands of publications. The reader reads WAL snapshots and is never blocked by the writer.
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
  /** `mark`: what stands in the run file. */
  | { readonly open: 'writer'; readonly file: string; readonly mark: RunMark }
  /** `isSuspect`: the database may be damaged, so what is read from it is looked at more closely. */
  | { readonly open: 'reader'; readonly file: string; readonly isSuspect: boolean };
/** The last message to the thread, after all its answers came, and its answer: the database is closed. */
export const CLOSE = 'close';
export const CLOSED = 'closed';

declare const self: {
  onmessage: ((event: { data: OpenWorker | readonly Request[] | typeof CLOSE | Started }) => void) | null;
  postMessage(answers: readonly Answer[] | typeof CLOSED): void;
};

/** What serves requests once the database is open. */
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
    // Each at once: together, the answers to a burst of requests would be a heap of pages in memory.
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

/** An answer that cannot be sent to the main thread becomes an error: whoever asked would wait for ever. */
function post(answers: readonly Answer[]): void {
  try {
    self.postMessage(answers);
  } catch (error) {
    self.postMessage(answers.map(({ id }) => failure(id, error)));
  }
}

/** Not waiting for readers: while one reads an older state, the log goes on growing a little. */
function bringIn(db: Database): null {
  db.run('PRAGMA wal_checkpoint(PASSIVE)');
  return null;
}

/** What damage has been answered before the transaction is done again, by the request's id. */
type Refused = Map<number, Answer>;

/** SQLite refuses all of a transaction that has come upon damage: it is done again without that, so often at most. */
const MOST_TRIES = 50;

/** One transaction for all, but for jobs that come upon damaged pages: those are told so. */
function commitAll(writing: Writing, requests: readonly Request[]): readonly Answer[] {
  const refused: Refused = new Map();
  const known = () => writing.writer.damagedChannels + refused.size;
  for (let tries = 1; ; tries += 1) {
    const before = known();
    try {
      return commitTogether(writing, requests, refused);
    } catch (error) {
      if (!isDamage(error) || known() === before || tries === MOST_TRIES) {
        return requests.map(({ id }) => failure(id, error));
      }
    }
  }
}

/** When one of them spoils it, they are done again in a way that lets only that one fail. Throws when nothing was kept. */
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

/** Throws when nothing of it was kept. */
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

/** As `answer`; throws for what must undo the transaction and so concerns all requests in it. */
function answerInside({ db, refused }: Inside, { id, job }: Request, run: (job: Job) => Results): Answer {
  try {
    return { id, ok: true, result: run(job) };
  } catch (error) {
    // Of appends the writer knows the channels.
    if (isDamage(error) && job.kind !== 'append') refused.set(id, failure(id, error));
    // A full disk, for one, has ended the transaction: what followed would commit by itself, whatever it is told.
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
  // `Checkpoints` sees to that; where its thread is gone, the log ends at 200 MiB.
  writer: 'wal_autocheckpoint = 50000',
  // Rather than a read-only handle: that one could not recover a WAL which a crash left behind.
  reader: 'query_only = ON',
} as const;

function connect({ file, open }: OpenWorker): Database {
  const connected = new Database(file, { readwrite: true });
  for (const pragma of [...PRAGMAS, PRAGMA_OF[open]]) connected.run(`PRAGMA ${pragma}`);
  return connected;
}
