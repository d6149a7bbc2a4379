import type { Span } from '../../ports/traces.ts';
import { type ClientError, toClientError } from '../errors.ts';
import { traceFields } from '../measures/tracing.ts';
import type { SessionHost } from './session-host.ts';

type Host = Pick<SessionHost<never>, 'telemetry' | 'report'>;

/** The error reply for a command's exception; counted, and logged if it is a server failure. */
export function explain(host: Host, thrown: unknown, command: string, span?: Span): ClientError {
  const error = toClientError(thrown);
  host.telemetry.count('banyan_command_errors_total', { error: error.kind });
  if (error.kind === 'internal') {
    host.report(error.cause ?? error, 'command.failed', { command, ...traceFields(span) });
  }
  return error;
}
