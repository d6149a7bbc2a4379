/** How long a body that nobody wants is still taken, so that its client gets to read the answer. */
const LINGER_MS = 10_000;

const ended = new WeakSet<Request>();

/** Notes that the request's body was read to its end. */
export function bodyEnded(request: Request): void {
  ended.add(request);
}

/**
 * Sees to it that no request holds its connection by a body that goes on after its answer, however slowly it comes: "a
 * server MUST read the entire request message body or close the connection after sending its response" (RFC 9112
 * section 9.3). A body that was not wanted is taken in for up to `lingerMs` before the answer; one that was given up on,
 * or goes on for longer, ends its connection.
 */
export async function settleBody(request: Request, response: Response, lingerMs = LINGER_MS): Promise<Response> {
  if (!bringsBody(request.headers) || ended.has(request)) return response;
  if (!(await endsSoon(request, lingerMs))) response.headers.set('Connection', 'close');
  return response;
}

function bringsBody(headers: Headers): boolean {
  return Number(headers.get('Content-Length') ?? 0) > 0 || headers.has('Transfer-Encoding');
}

/** Bun gives no body of a GET, and no rest of one that was cancelled. */
async function endsSoon({ body, bodyUsed, headers }: Request, lingerMs: number): Promise<boolean> {
  if (body === null || bodyUsed || body.locked || headers.has('Expect')) return false;
  const reader = body.getReader();
  let isLate = false;
  const deadline = setTimeout(() => {
    isLate = true;
    reader.cancel().catch(() => undefined);
  }, lingerMs);
  try {
    while (!(await reader.read()).done);
    return !isLate;
  } catch {
    // The client has gone.
    return false;
  } finally {
    clearTimeout(deadline);
  }
}
