import { expect, test } from 'bun:test';
import { z } from 'zod';
import { ruleText } from './rules.ts';

const schema = z.object({
  text: z.string().min(1).max(5),
  long: z.string().min(3),
  count: z.number().int().min(1).max(9),
  list: z.array(z.string()).max(1),
  email: z.email(),
  kind: z.enum(['a', 'b']),
  on: z.boolean(),
  own: z.string().regex(/^x$/, 'must be x'),
});
const good = { text: 'a', long: 'abc', count: 1, list: [], email: 'a@b.cd', kind: 'a', on: true, own: 'x' };

test.each([
  [{ text: '' }, 'must not be empty'],
  [{ text: 'abcdef' }, 'must have at most 5 characters'],
  [{ text: undefined }, 'is missing'],
  [{ text: 5 }, 'must be text'],
  [{ long: 'a' }, 'must have at least 3 characters'],
  [{ count: 0 }, 'must be at least 1'],
  [{ count: 10 }, 'must be at most 9'],
  [{ count: 1.5 }, 'must be a whole number'],
  [{ list: ['a', 'b'] }, 'must have at most 1 entries'],
  [{ list: 'a' }, 'must be a list'],
  [{ email: 'a' }, 'must be an email address'],
  [{ kind: 'c' }, 'must be one of a, b'],
  [{ on: 1 }, 'must be true or false'],
  [{ own: 'y' }, 'must be x'],
])('%j: %s', (wrong, rule) => {
  const parsed = schema.safeParse({ ...good, ...wrong }, { error: ruleText });
  expect(parsed.error?.issues[0]?.message).toBe(rule);
});
