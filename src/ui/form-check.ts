import type { Operation } from '../contracts/operation.ts';

/** Rules that an input breaks, in the server's words, by the dotted path of the field. */
export type BrokenRules = ReadonlyMap<string, string>;

export type Check = {
  (input: unknown): Promise<BrokenRules>;
  /** Fetches the code, so that it is there when it is wanted. */
  readonly preload: () => void;
};

/**
 * Checks an operation's input by its contract, as the server does. The schemas are large, so their code comes when a
 * form is used; where it does not come, the server's answer is all there is.
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
