/**
 * Runs in its own thread and owns one connection, so that a lock wait, a checkpoint or a slow disk never stalls
 * sockets. The writer commits all jobs that are waiting in one transaction (group commit): under load one fsync
 * carries thousands of publications. The reader reads WAL snapshots and is never blocked by the writer.
 */
import { Database } from 'bun:sqlite';
import type { Answer, Job, JobResults, Request } from './jobs.ts';
import { Reader } from './reader.ts';
import { isConstraint, isOfOneJob, Writer } from './writer.ts';

export type OpenWorker = { readonly open: 'writer' | 'reader'; readonly file: string };
/** The last message to the thread, after all its answers came, and its answer: the database is closed. */
export const CLOSE = 'close';
export const CLOSED = 'closed';

declare const self: {
  onmessage: ((event: { data: OpenWorker | readonly Request[] | typeof CLOSE }) => void) | null;
  postMessage(answers: readonly Answer[] | typeof CLOSED): void;
};

/** What serves requests once the database is open. */
type Service = { serve(requests: readonly Request[]): void; close(): void };
type Results = JobResults[Job['kind']];

let service: Service | undefined;

self.onmessage = ({ data }) => {
  if (data === CLOSE) {
    service?.close();
    self.postMessage(CLOSED);
  } else if ('open' in data) {
    const db = connect(data);
    service = data.open === 'writer' ? serveWrites(db) : serveReads(db);
  } else {
    service?.serve(data);
  }
};

function serveReads(db: Database): Service {
  const reader = new Reader(db);
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

function serveWrites(db: Database): Service {
  const writer = new Writer(db);
  let waiting: Request[] = [];
  const commit = () => {
    const requests = waiting;
    waiting = [];
    post(commitAll(db, writer, requests));
  };
  const serve = (requests: readonly Request[]) => {
    if (waiting.length === 0) setImmediate(commit);
    for (const request of requests) waiting.push(request);
  };
  return { serve, close: () => writer.close() };
}

/** An answer that cannot be sent to the main thread becomes an error: whoever asked would wait for ever. */
function post(answers: readonly Answer[]): void {
  try {
    self.postMessage(answers);
  } catch (error) {
    self.postMessage(answers.map(({ id }) => failure(id, error)));
  }
}

/** One transaction for all. When one of them spoils it, they are done again in a way that lets only that one fail. */
function commitAll(db: Database, writer: Writer, requests: readonly Request[]): readonly Answer[] {
  try {
    return commitWith(db, writer, requests, (job) => write(writer, job));
  } catch (error) {
    if (!isOfOneJob(error)) return requests.map(({ id }) => failure(id, error));
  }
  try {
    return commitWith(db, writer, requests, (job) =>
      job.kind === 'append' ? writer.appendEach(job.rows) : writer.alone(() => write(writer, job)),
    );
  } catch (error) {
    return requests.map(({ id }) => failure(id, error));
  }
}

/** Throws when nothing of it was kept. */
function commitWith(
  db: Database,
  writer: Writer,
  requests: readonly Request[],
  run: (job: Job) => Results,
): readonly Answer[] {
  try {
    db.run('BEGIN IMMEDIATE');
    const answers = requests.map((request) => answerInside(db, request, run));
    writer.flush();
    db.run('COMMIT');
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

/** As `answer`; throws for what must undo the transaction and so concerns all requests in it. */
function answerInside(db: Database, { id, job }: Request, run: (job: Job) => Results): Answer {
  try {
    return { id, ok: true, result: run(job) };
  } catch (error) {
    // A full disk, for one, has ended the transaction: what followed would commit by itself, whatever it is told.
    if (!db.inTransaction || job.kind === 'append' || !isOfOneJob(error)) throw error;
    return failure(id, error);
  }
}

function failure(id: number, error: unknown): Answer {
  return { id, ok: false, constraint: isConstraint(error), message: (error as Error).message };
}

const PRAGMAS = ['busy_timeout = 10000', 'synchronous = FULL', 'foreign_keys = ON', 'cache_size = -8000'];
const PRAGMA_OF = {
  writer: 'wal_autocheckpoint = 4000',
  // Rather than a read-only handle: that one could not recover a WAL which a crash left behind.
  reader: 'query_only = ON',
} as const;

function connect({ file, open }: OpenWorker): Database {
  const connected = new Database(file, { readwrite: true });
  for (const pragma of [...PRAGMAS, PRAGMA_OF[open]]) connected.run(`PRAGMA ${pragma}`);
  return connected;
}
