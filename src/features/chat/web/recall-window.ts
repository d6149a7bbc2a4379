import type { Output } from '../../../../client/contract.ts';

/**
 * Whether an own message sent at that time can be recalled now, by the server's clock. `receivedAt`: when the settings
 * arrived, by this machine's clock. True while they are unknown: the server decides.
 */
export function isRecallOpen(
  settings: Output<'chat.settings'> | undefined,
  receivedAt: number,
  sentAt: number,
): boolean {
  if (settings === undefined) return true;
  const aheadMs = settings.now - receivedAt;
  return Date.now() + aheadMs - sentAt <= settings.recallSeconds * 1_000;
}
