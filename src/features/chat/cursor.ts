import { ClientError } from '../../core/errors.ts';

/** A position in a list sorted by a number and then an id; the next page starts after it. */
export type Cursor = { readonly number: number; readonly id: string };

export function cursorText({ number, id }: Cursor): string {
  return `${number}.${id}`;
}

/** Throws `invalidInput` for a text that `cursorText` did not produce. */
export function parseCursor(text: string): Cursor {
  const [, number, id] = /^(\d{1,16})\.(.+)$/.exec(text) ?? [];
  if (number === undefined || id === undefined) {
    throw new ClientError('invalidInput', { field: 'after', message: 'must be the `next` of an earlier page' });
  }
  return { number: Number(number), id };
}
