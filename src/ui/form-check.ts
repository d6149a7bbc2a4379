import type { Operation } from '../contracts/operation.ts';

/** The rules an input violates, in the server's wording, by dotted path of the field. */
export type BrokenRules = ReadonlyMap<string, string>;

export type Check = {
  (input: unknown): Promise<BrokenRules>;
  /** Loads the code in advance. */
  readonly preload: () => void;
};

/**
 * Checks an operation's input against its contract, as the server does. The schemas are large, so their code is loaded
 * when a form is used; if that fails, only the server checks.
 */
export function checkOf(load: () => Promise<Operation>): Check {
  const code = async () => {
    // First: it says how schemas are made.
    const { brokenRules } = await import('./broken-rules.ts');
    return { brokenRules, schema: (await load()).input };
  };
  const check = async (input: unknown) => {
    try {
      const { brokenRules, schema } = await code();
      return brokenRules(schema, input);
    } catch {
      return new Map<string, string>();
    }
  };
  return Object.assign(check, { preload: () => void code().catch(() => undefined) });
}
