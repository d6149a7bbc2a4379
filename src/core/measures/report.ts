import type { Fields, Telemetry } from '../../ports/telemetry.ts';

/** Logs an error that no client is told the cause of, with its stack where it has one. */
export function reportTo(telemetry: Telemetry, thrown: unknown, event: string, fields?: Fields): void {
  const error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  telemetry.record('error', event, { ...fields, error });
}
