import type { Span } from '../../ports/traces.ts';

/** A publication that is traced, while it waits to be written. */
export type Wait = { readonly publication: Span; readonly span: Span };

/** A span takes no more of them, so there is no use in gathering more. */
const LINKS = 128;

export function beginWait(publication: Span): Wait {
  return { publication, span: publication.child('append queue', 'internal') };
}

/**
 * Ends the waiting of those of a batch that are traced, and begins the span of the transaction that they share: a child
 * of the first, linked to all; the others link back to it. Undefined when none of them is traced.
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
