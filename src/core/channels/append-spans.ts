import type { Span } from '../../ports/traces.ts';

/** A traced publication that waits to be written. */
export type Wait = { readonly publication: Span; readonly span: Span };

/** A span has no more links, so more are not collected. */
const LINKS = 128;

export function beginWait(publication: Span): Wait {
  return { publication, span: publication.child('append queue', 'internal') };
}

/**
 * Ends the waiting spans of a batch, and starts the span of their shared transaction: a child of the first, linked to
 * all; the others link back to it. Undefined if none is traced.
 */
export function beginCommit(
  batch: readonly { readonly wait: Wait | undefined }[],
  system: string | undefined,
): Span | undefined {
  const publications: Span[] = [];
  for (const { wait } of batch) {
    if (wait === undefined) continue;
    wait.span.end();
    publications.push(wait.publication);
  }
  const [first, ...others] = publications;
  if (first === undefined) return undefined;
  const commit = first.child('COMMIT', 'client', publications.slice(0, LINKS));
  commit.set({ 'db.system.name': system, 'db.operation.name': 'COMMIT', 'db.operation.batch.size': batch.length });
  for (const other of others) other.link(commit);
  return commit;
}
