import type { Fields, Telemetry } from '../../ports/telemetry.ts';

/** Logs an error whose cause no client sees, with its stack if there is one. */
export function reportTo(telemetry: Telemetry, thrown: unknown, event: string, fields?: Fields): void {
  const error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  telemetry.record('error', event, { ...fields, error });
}
