import { ANSWER_MS, FOREIGN, type Listener, statusError, WireError } from './wire.ts';

export type Frame = string | Uint8Array;

export type SocketEvents = {
  readonly onFrame: (frame: Frame) => void;
  /** The other side closed it, after it was open. */
  readonly onEnd: Listener['onEnd'];
};

export type Socket = {
  send(frame: Frame): void;
  /** Cuts it; `onEnd` is not called. */
  close(): void;
};

/** What a refused upgrade is called, with its status. */
const STATUS = /101 status code: (\d{3})/;

/** Opens a WebSocket without compression, so that the generator's time goes into messages. Rejects with `WireError`. */
export function openSocket(url: string, { onFrame, onEnd }: SocketEvents): Promise<Socket> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  socket.binaryType = 'nodebuffer';
  let isOpen = false;
  let isOver = false;
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const close = () => {
    isOver = true;
    clearTimeout(timeout);
    socket.terminate();
  };
  const timeout = setTimeout(() => {
    reject(new WireError('timeout', 'no answer to the upgrade'));
    close();
  }, ANSWER_MS);
  socket.onopen = () => {
    isOpen = true;
    clearTimeout(timeout);
    resolve({ send: (frame) => void socket.send(frame), close });
  };
  socket.onmessage = ({ data }) => {
    if (isOver) return;
    try {
      onFrame(data);
    } catch {
      // What stands at the URL need not be Banyan, whatever it says of itself.
      close();
      onEnd(FOREIGN);
    }
  };
  // Of a socket that was open the close event says more.
  socket.onerror = (event) => reject(upgradeError('message' in event ? String(event.message) : ''));
  socket.onclose = ({ code, reason }) => {
    clearTimeout(timeout);
    reject(new WireError('unreachable', 'closed before the upgrade'));
    if (isOpen && !isOver) onEnd(closeText(code, reason));
  };
  return promise;
}

function upgradeError(message: string): WireError {
  const status = STATUS.exec(message)?.[1];
  if (status !== undefined) return statusError(Number(status));
  return new WireError('unreachable', 'no connection');
}

/** 1006 is said by nobody: the connection was gone. https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
function closeText(code: number, reason: string): string {
  const why = code === 1006 && reason === '' ? 'the connection was lost' : reason;
  return why === '' ? `closed ${code}` : `closed ${code}: ${why}`;
}
