/** The stack says where; more of it says little. */
const STACK_LINES = 12;

/** An error report for the person to pass on. The route replaces the URL, which may contain an invitation. */
export function reportOf(error: unknown, route: string, now: Date): string {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  // Some browsers begin the stack with the message, others do not.
  const frames = (stack ?? '').replace(`${name}: ${message}`, '').trim().split('\n').slice(0, STACK_LINES);
  return [
    `${name}: ${message}`,
    `Route: ${route}`,
    `Time: ${now.toISOString()}`,
    `Browser: ${navigator.userAgent}`,
    ...frames,
  ].join('\n');
}
