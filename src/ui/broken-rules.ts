import { z } from 'zod';
import { fieldOf, ruleOf, ruleText } from '../contracts/rules.ts';

// The page's content policy forbids code that is made of text.
z.config({ jitless: true });

/** The first rule that each field breaks. */
export function brokenRules(schema: z.ZodType, input: unknown): ReadonlyMap<string, string> {
  const { error } = schema.safeParse(input, { error: ruleText });
  const rules = new Map<string, string>();
  for (const issue of error?.issues ?? []) {
    const field = fieldOf(issue);
    if (!rules.has(field)) rules.set(field, ruleOf(issue));
  }
  return rules;
}
