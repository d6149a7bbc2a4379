import type { Fields, Telemetry } from '../../ports/telemetry.ts';
import type { UserContext } from './operation.ts';

/** Logs who did what, and from where. Never with a secret, nor with message content. */
export function audit(
  { telemetry }: { readonly telemetry: Telemetry },
  { principal, address }: UserContext,
  { event, ...fields }: Fields & { readonly event: string },
): void {
  telemetry.record('info', event, { ...fields, by: principal.user, address });
}
