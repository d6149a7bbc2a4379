/** What one look found. */
export type Finding = {
  /** What was looked at, in one or two words. */
  readonly name: string;
  /** `skip`: it could not be looked at, or there was nothing to see. */
  readonly status: 'ok' | 'warn' | 'fail' | 'skip';
  readonly found: string;
  /** What to change, for what is not well. */
  readonly remedy?: string;
};

export function ok(name: string, found: string): Finding {
  return { name, status: 'ok', found };
}

export function warn(name: string, found: string, remedy: string): Finding {
  return { name, status: 'warn', found, remedy };
}

export function fail(name: string, found: string, remedy: string): Finding {
  return { name, status: 'fail', found, remedy };
}

export function skip(name: string, found: string): Finding {
  return { name, status: 'skip', found };
}
