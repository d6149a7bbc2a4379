import type { Client } from '../../../../client/client.ts';
import { BanyanError } from '../../../../client/errors.ts';
import { createLastingOutbox, type LastingOutbox } from './lasting-outbox.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import type { SendOutcome } from './outbox-drainer.ts';
import { createIndexedOutbox, type OutboxItem } from './outbox-storage.ts';

export type BrowserOutbox = Outbox & Pick<LastingOutbox, 'isLasting'>;

/** The outbox of a signed-in person in this browser. */
export async function openBrowserOutbox(client: Client, user: string): Promise<BrowserOutbox> {
  const storage = createLastingOutbox(createIndexedOutbox());
  const siblings = new BroadcastChannel(`banyan-outbox-${user}`);
  const outbox = await createOutbox({
    user,
    storage,
    // Over HTTP a message would disappear from the screen until the connection is back with its publication, and might
    // be sent with the cookie of another person who has signed in since.
    maySend: () => client.connection.get().kind === 'connected',
    send: (item) => sendItem(client, item),
    exclusively: (room, task) => lockAcrossTabs(`banyan-outbox-${user}-${room}`, task),
    siblings: {
      announce: () => siblings.postMessage(null),
      listen: (listener) => {
        siblings.addEventListener('message', listener);
        return () => siblings.close();
      },
    },
    now: Date.now,
    wait: waitOrWake,
    newKey: newMessageKey,
  });
  const stopWatching = client.connection.subscribe(({ kind }) => {
    if (kind === 'connected') outbox.wake();
  });
  return {
    ...outbox,
    isLasting: storage.isLasting,
    close: () => {
      stopWatching();
      outbox.close();
    },
  };
}

/** 128 random bits. Not `crypto.randomUUID`, which pages over plain HTTP do not have. */
export function newMessageKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function sendItem(client: Client, { room, key, text, replyTo }: OutboxItem): Promise<SendOutcome> {
  try {
    await client.call('chat.send', { room, key, text, ...(replyTo !== null && { replyTo }) });
    return 'sent';
  } catch (error) {
    if (error instanceof BanyanError && !error.temporary && error.name !== 'unauthorized') {
      return { refused: error.message };
    }
    // Signed out meanwhile: it is sent after the next sign-in of the same person.
    return 'later';
  }
}

/**
 * At most one tab at a time runs the task. If the browser has no locks (plain HTTP in a local network) every tab may:
 * the server recognises a message by its key, so nothing is sent twice.
 */
function lockAcrossTabs(name: string, task: () => Promise<void>): Promise<void> {
  return navigator.locks === undefined ? task() : navigator.locks.request(name, task);
}

function waitOrWake(ms: number, wake: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    wake.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
