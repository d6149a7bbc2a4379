/** How long an unwanted body is still read, so that its client can read the response. */
const LINGER_MS = 10_000;

const ended = new WeakSet<Request>();

/** Records that the request's body was read to its end. */
export function bodyEnded(request: Request): void {
  ended.add(request);
}

/**
 * Ensures that no request keeps its connection open with a body that continues after the response, however slowly: "a
 * server MUST read the entire request message body or close the connection after sending its response" (RFC 9112
 * section 9.3). An unwanted body is read for up to `lingerMs` before the response; one that was given up, or takes
 * longer, closes its connection.
 */
export async function settleBody(request: Request, response: Response, lingerMs = LINGER_MS): Promise<Response> {
  if (!bringsBody(request.headers) || ended.has(request)) return response;
  if (!(await endsSoon(request, lingerMs))) response.headers.set('Connection', 'close');
  return response;
}

function bringsBody(headers: Headers): boolean {
  return Number(headers.get('Content-Length') ?? 0) > 0 || headers.has('Transfer-Encoding');
}

/** Bun provides no body for a GET, and no rest of a cancelled one. */
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
    // The client has disconnected.
    return false;
  } finally {
    clearTimeout(deadline);
  }
}
