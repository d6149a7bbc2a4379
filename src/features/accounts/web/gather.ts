/** Maximum people per request. */
const BATCH = 200;
/** Requests of one moment are combined. */
const GATHER_MS = 20;
const RETRY_MS = 3_000;

/**
 * Collects ids for a moment and requests them together. `ask` returns which ids were answered; the others do not exist
 * and are not requested again. Failed ones are passed to `retry` a little later: then they may be.
 */
export function gather(
  ask: (users: string[]) => Promise<readonly string[]>,
  retry: (users: readonly string[]) => void,
): (id: string) => void {
  let waiting = new Set<string>();
  const asked = new Set<string>();
  const forget = (users: readonly string[]) => {
    for (const user of users) asked.delete(user);
  };
  const send = async () => {
    const users = [...waiting];
    waiting = new Set();
    for (let at = 0; at < users.length; at += BATCH) {
      const batch = users.slice(at, at + BATCH);
      await ask(batch).then(forget, () => {
        setTimeout(() => {
          forget(batch);
          retry(batch);
        }, RETRY_MS);
      });
    }
  };
  return (id) => {
    if (asked.has(id)) return;
    asked.add(id);
    if (waiting.size === 0) setTimeout(send, GATHER_MS);
    waiting.add(id);
  };
}
