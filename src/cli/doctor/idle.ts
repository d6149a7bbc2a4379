import { CENTRIFUGE_JSON } from '../../wire-clients/centrifuge-json.ts';
import { openSocket, type Socket } from '../../wire-clients/socket.ts';
import { type Finding, fail, ok, skip } from './finding.ts';
import { FIRST_EVENT_MS, openStream, type Trial } from './lines.ts';

/** How an idle connection ended: not at all, after some seconds, or it could not be opened. */
type Held = { readonly kind: 'held' } | { readonly kind: 'cut'; readonly after: number } | { readonly kind: 'none' };

/** Keeps connections idle for a while, and reports whether they are cut. Only the server sends now and then. */
export async function idleFindings(trial: Trial, seconds: number): Promise<Finding[]> {
  if (seconds === 0) return [];
  const [stream, socket] = await Promise.all([holdStream(trial, seconds), holdSocket(trial, seconds)]);
  return [judge('idle stream', stream, seconds), judge('idle socket', socket, seconds)];
}

function judge(name: string, held: Held, seconds: number): Finding {
  switch (held.kind) {
    case 'held':
      return ok(name, `it was held for ${seconds} s`);
    case 'none':
      return skip(name, 'there was none to hold');
    case 'cut':
      return fail(
        name,
        `it was cut after ${held.after} s`,
        `let the proxy wait longer than pingSeconds (nginx: proxy_read_timeout 75s;), or set BANYAN_PING_SECONDS below ${Math.max(3, held.after)}`,
      );
    default:
      return held satisfies never;
  }
}

/** Waits for the time to pass, or for the connection to be cut. */
function hold(seconds: number): { readonly held: Promise<Held>; readonly cut: () => void; readonly none: () => void } {
  const { promise: held, resolve } = Promise.withResolvers<Held>();
  const start = performance.now();
  const timeout = setTimeout(() => resolve({ kind: 'held' }), seconds * 1_000);
  const end = (how: Held) => {
    clearTimeout(timeout);
    resolve(how);
  };
  return {
    held,
    cut: () => end({ kind: 'cut', after: Math.round((performance.now() - start) / 1_000) }),
    none: () => end({ kind: 'none' }),
  };
}

async function holdStream(trial: Trial, seconds: number): Promise<Held> {
  const line = await openStream(trial, FIRST_EVENT_MS);
  const { held, cut, none } = hold(seconds);
  if (line.kind === 'open') {
    for (const event of ['end', 'close', 'error'] as const) line.response.once(event, cut);
    line.response.resume();
  } else none();
  const how = await held;
  line.close();
  return how;
}

async function holdSocket({ url, token }: Trial, seconds: number): Promise<Held> {
  const { held, cut, none } = hold(seconds);
  let isIn = false;
  const opened = openSocket(`${url.replace(/^http/, 'ws')}${CENTRIFUGE_JSON.path}`, {
    onFrame: (frame) => {
      if (frame === CENTRIFUGE_JSON.pong) void opened.then((socket) => socket.send(CENTRIFUGE_JSON.pong));
      else isIn ||= String(frame).includes('"connect"');
    },
    // A refused client is closed for that reason.
    onClose: () => (isIn ? cut() : none()),
  });
  let socket: Socket | undefined;
  try {
    socket = await opened;
    socket.send(CENTRIFUGE_JSON.encode(1, { kind: 'connect', token }));
  } catch {
    none();
  }
  const how = await held;
  socket?.close();
  return how.kind === 'held' && !isIn ? { kind: 'none' } : how;
}
