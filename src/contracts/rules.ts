import type { z } from 'zod';

/**
 * The rule an input violates, to be read after the name of the field. Schemas with their own message keep it. Undefined
 * leaves the message to zod.
 */
export function ruleText(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${ARTICLES[issue.expected] ?? issue.expected}`;
    case 'too_small':
      if (issue.origin === 'string' && issue.minimum === 1) return 'must not be empty';
      return `must ${verbOf(issue.origin)}at least ${issue.minimum}${unitOf(issue.origin)}`;
    case 'too_big':
      return `must ${verbOf(issue.origin)}at most ${issue.maximum}${unitOf(issue.origin)}`;
    case 'invalid_format':
      return issue.format === 'email' ? 'must be an email address' : 'has the wrong form';
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    default:
      return undefined;
  }
}

/** The rule that was broken; for a choice between shapes, what each of them lacks. */
export function ruleOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue.message;
  return issue.errors.map(([first]) => (first === undefined ? issue.message : describe(first))).join('; or ');
}

/** Dotted path of the field that is wrong; '' for the whole input. */
export function fieldOf(issue: z.core.$ZodIssue): string {
  return issue.path.map(String).join('.');
}

function describe(issue: z.core.$ZodIssue): string {
  const field = fieldOf(issue);
  return field === '' ? ruleOf(issue) : `${field}: ${ruleOf(issue)}`;
}

const ARTICLES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

function verbOf(origin: string): string {
  return origin === 'string' || origin === 'array' ? 'have ' : 'be ';
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' entries' : '';
}
