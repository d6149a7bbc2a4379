/**
 * Runs in its own thread and owns one connection, so that a lock wait, a checkpoint or a slow disk never stalls
 * sockets. The writer commits all jobs that are waiting in one transaction (group commit): under load one fsync
 * carries thousands of publications. The reader reads WAL snapshots and is never blocked by the writer.
 */
import { Database } from 'bun:sqlite';
import type { Answer, Job, JobResults, Request } from './jobs.ts';
import { Reader } from './reader.ts';
import { isConstraint, Writer } from './writer.ts';

export type OpenWorker = { readonly open: 'writer' | 'reader'; readonly file: string };

declare const self: {
  onmessage: ((event: { data: OpenWorker | readonly Request[] }) => void) | null;
  postMessage(answers: readonly Answer[]): void;
};

type Serve = (requests: readonly Request[]) => void;
type Results = JobResults[Job['kind']];

let serve: Serve = () => undefined;

self.onmessage = ({ data }) => {
  if ('open' in data) serve = data.open === 'writer' ? openWriter(data.file) : openReader(data.file);
  else serve(data);
};

function openReader(file: string): Serve {
  // `query_only` rather than a read-only handle: that one could not recover a WAL which a crash left behind.
  const reader = new Reader(connect(file, 'PRAGMA query_only = ON'));
  const run = (job: Job): Results => {
    if (job.kind === 'read') return reader.read(job);
    if (job.kind === 'query') return reader.query(job.sql, job.params);
    throw new Error(`the reader has no job ${job.kind}`);
  };
  return (requests) => self.postMessage(requests.map((request) => answer(request, run)));
}

function openWriter(file: string): Serve {
  const db = connect(file, 'PRAGMA wal_autocheckpoint = 4000');
  const writer = new Writer(db);
  let waiting: Request[] = [];
  const commit = () => {
    const requests = waiting;
    waiting = [];
    self.postMessage(commitAll(db, writer, requests));
  };
  return (requests) => {
    if (waiting.length === 0) setImmediate(commit);
    for (const request of requests) waiting.push(request);
  };
}

/** One transaction for all; when it fails as a whole, every request is told so and nothing of it is kept. */
function commitAll(db: Database, writer: Writer, requests: readonly Request[]): readonly Answer[] {
  const run = (job: Job): Results => {
    if (job.kind === 'append') return writer.append(job.rows);
    if (job.kind === 'write') return writer.write(job.statements);
    if (job.kind === 'trim') return writer.trim(job.channel);
    throw new Error(`the writer has no job ${job.kind}`);
  };
  try {
    db.run('BEGIN IMMEDIATE');
    const answers = requests.map((request) => answer(request, run));
    writer.flush();
    db.run('COMMIT');
    return answers;
  } catch (error) {
    writer.forget();
    if (db.inTransaction) db.run('ROLLBACK');
    return requests.map(({ id }) => failure(id, error));
  }
}

function answer({ id, job }: Request, run: (job: Job) => Results): Answer {
  try {
    return { id, ok: true, result: run(job) };
  } catch (error) {
    if (job.kind === 'append' || (job.kind === 'write' && !isConstraint(error) && !isMistake(error))) throw error;
    return failure(id, error);
  }
}

/** An SQL text or parameter that can never work: the one job fails, not the others of its transaction. */
function isMistake(error: unknown): boolean {
  const code = (error as { code?: string }).code ?? '';
  return code === 'SQLITE_ERROR' || code === 'SQLITE_RANGE' || code === 'SQLITE_MISMATCH' || code === '';
}

function failure(id: number, error: unknown): Answer {
  return { id, ok: false, constraint: isConstraint(error), message: (error as Error).message };
}

function connect(file: string, ...pragmas: readonly string[]): Database {
  const db = new Database(file, { readwrite: true });
  const common = ['PRAGMA busy_timeout = 10000', 'PRAGMA synchronous = FULL', 'PRAGMA foreign_keys = ON'];
  for (const pragma of [...common, 'PRAGMA cache_size = -8000', ...pragmas]) db.run(pragma);
  return db;
}
