import type { Client } from '../../../../client/client.ts';

/** Until when own messages can be recalled, as this installation has it. */
export type RecallWindow = {
  /** Whether a message that was sent then can be recalled now; true while that is not known: the server decides. */
  isOpen(sentAt: number): boolean;
};

const windows = new WeakMap<Client, RecallWindow>();

/** The same one for the same client. It is asked for now, and again with each connection: a restart may change it. */
export function recallWindowOf(client: Client): RecallWindow {
  const known = windows.get(client);
  if (known !== undefined) return known;
  let opened: { readonly ms: number; readonly aheadMs: number } | undefined;
  const ask = () =>
    client.call('chat.settings', {}).then(
      ({ recallSeconds, now }) => {
        opened = { ms: recallSeconds * 1_000, aheadMs: now - Date.now() };
      },
      () => undefined,
    );
  client.connection.subscribe(({ kind }) => {
    if (kind === 'connected') void ask();
  });
  if (client.connection.get().kind === 'connected') void ask();
  const window: RecallWindow = {
    isOpen: (sentAt) => opened === undefined || Date.now() + opened.aheadMs - sentAt <= opened.ms,
  };
  windows.set(client, window);
  return window;
}
