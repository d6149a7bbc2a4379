import { z } from 'zod';
import { ClientError } from '../../core/errors.ts';
import type { PageEdge, SelectedPage } from '../../core/operations/select-page.ts';

/** How a list's sort keys are encoded in its cursors. */
export type Cursors<Key> = {
  write(key: Key): readonly [string | number, string];
  read(parts: readonly [string | number, string]): Key | undefined;
};

type Asked = { readonly after?: string | undefined; readonly before?: string | undefined };

const PARTS = z.tuple([z.union([z.string(), z.number()]), z.string()]);

/** The position of the requested page. Throws `invalidInput` for a text that `placeOf` did not produce. */
export function edgeOf<Key>({ after, before }: Asked, cursors: Cursors<Key>): PageEdge<Key> | undefined {
  if (after !== undefined) return { side: 'after', key: readCursor('after', after, cursors) };
  return before === undefined ? undefined : { side: 'before', key: readCursor('before', before, cursors) };
}

/** The page's position in the list, and the cursors of the pages before and after it. */
export function placeOf<Key, Item extends Key>({ items, skipped, total }: SelectedPage<Item>, cursors: Cursors<Key>) {
  const [first, last] = [items[0], items.at(-1)];
  const write = (key: Key) => JSON.stringify(cursors.write(key));
  return {
    ...{ skipped, total },
    previous: first !== undefined && skipped > 0 ? write(first) : null,
    next: last !== undefined && skipped + items.length < total ? write(last) : null,
  };
}

function readCursor<Key>(field: string, text: string, { read }: Cursors<Key>): Key {
  const parsed = PARTS.safeParse(parseJson(text));
  const key = parsed.success ? read(parsed.data) : undefined;
  if (key === undefined)
    throw new ClientError('invalidInput', { field, message: 'must be the `next` of an earlier page' });
  return key;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
