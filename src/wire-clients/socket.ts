import type { Frame } from './codec.ts';
import { ANSWER_MS, FOREIGN, statusError, WireError } from './wire-client.ts';

export type SocketEvents = {
  readonly onFrame: (frame: Frame) => void;
  /** The peer closed it, after it was open. */
  readonly onClose: (why: string) => void;
};

export type Socket = {
  send(frame: Frame): void;
  /** Closes it; `onClose` is not called. */
  close(): void;
};

/** Bun's message for a refused upgrade, with its status. */
const STATUS = /101 status code: (\d{3})/;

/** Opens a WebSocket without compression, which would cost a load generator most of its time. Rejects with `WireError`. */
export function openSocket(url: string, { onFrame, onClose }: SocketEvents): Promise<Socket> {
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
      // The server at the URL need not be Banyan.
      close();
      onClose(FOREIGN);
    }
  };
  // For a socket that was open, the close event says more.
  socket.onerror = (event) => reject(upgradeError('message' in event ? String(event.message) : ''));
  socket.onclose = ({ code, reason }) => {
    clearTimeout(timeout);
    reject(new WireError('unreachable', 'closed before the upgrade'));
    if (isOpen && !isOver) onClose(closeText(code, reason));
  };
  return promise;
}

function upgradeError(message: string): WireError {
  const status = STATUS.exec(message)?.[1];
  if (status !== undefined) return statusError(Number(status));
  return new WireError('unreachable', 'no connection');
}

/** 1006 is never sent: it means that the connection was lost. https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
function closeText(code: number, reason: string): string {
  const why = code === 1006 && reason === '' ? 'the connection was lost' : reason;
  return why === '' ? `closed ${code}` : `closed ${code}: ${why}`;
}
