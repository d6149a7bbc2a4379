/** The result of one check. */
export type Finding = {
  /** What was checked, in one or two words. */
  readonly name: string;
  /** `skip`: it could not be checked, or does not apply. */
  readonly status: 'ok' | 'warn' | 'fail' | 'skip';
  readonly found: string;
  /** What to change, if there is a problem. */
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
