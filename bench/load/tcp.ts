import { dlopen, FFIType, ptr } from 'bun:ffi';

/*
 * TCP by Linux system calls: one epoll, one receive buffer for all sockets. `Bun.connect` allocates a Buffer for each
 * read; with it the generator handled a quarter fewer deliveries from the same server (README.md, "The generator").
 */
const { i32, u32, u64, ptr: pointer } = FFIType;
const { symbols: libc } = dlopen('libc.so.6', {
  socket: { args: [i32, i32, i32], returns: i32 },
  connect: { args: [i32, pointer, u32], returns: i32 },
  setsockopt: { args: [i32, i32, i32, pointer, u32], returns: i32 },
  epoll_create1: { args: [i32], returns: i32 },
  epoll_ctl: { args: [i32, i32, i32, pointer], returns: i32 },
  epoll_wait: { args: [i32, pointer, i32, i32], returns: i32 },
  recv: { args: [i32, pointer, u64, i32], returns: i32 },
  send: { args: [i32, pointer, u64, i32], returns: i32 },
  close: { args: [i32], returns: i32 },
});

// From the headers <sys/socket.h>, <netinet/tcp.h> and <sys/epoll.h>.
const AF_INET = 2;
const SOCK_STREAM_NONBLOCK = 1 | 0o4000;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const MSG_NOSIGNAL = 0x4000;
const EPOLLIN = 1;
const EPOLLOUT = 4;
const EPOLLERR = 8;
const EPOLLHUP = 16;
const CTL_ADD = 1;
const CTL_MOD = 3;

/** `struct epoll_event` is packed on x86-64 only; in 32-bit words: its size, and where its data begins. */
const EVENT_WORDS = process.arch === 'x64' ? 3 : 4;
const EVENT_DATA = EVENT_WORDS - 2;
const MAX_EVENTS = 1024;
/** How long a wait blocks the event loop at most, and so how late its timers may run. */
const WAIT_MS = 1;

const epoll = libc.epoll_create1(0);
const events = new Int32Array(MAX_EVENTS * EVENT_WORDS);
const eventsAt = ptr(events);
/** Bytes that all sockets have received. */
export const traffic = { received: 0 };

const inbox = Buffer.allocUnsafeSlow(256 * 1024);
const inboxAt = ptr(inbox);
const sockets = new Map<number, TcpSocket>();
const turnListeners = new Set<() => boolean>();
let turning = false;

export type TcpEvents = {
  readonly onConnect: () => void;
  /** The bytes are `buffer[0, end)`, valid only during the call. */
  readonly onData: (buffer: Buffer, end: number) => void;
  /** The connection was refused, or closed by the peer. */
  readonly onClose: () => void;
};

/** A non-blocking connection to a port on 127.0.0.1. */
export class TcpSocket {
  readonly #fd: number;
  readonly #events: TcpEvents;
  #connected = false;
  #unsent: Uint8Array | null = null;

  constructor(port: number, tcpEvents: TcpEvents) {
    this.#events = tcpEvents;
    this.#fd = libc.socket(AF_INET, SOCK_STREAM_NONBLOCK, 0);
    if (this.#fd < 0) throw new Error('no more sockets: raise the limit of open files (ulimit -n)');
    libc.setsockopt(this.#fd, IPPROTO_TCP, TCP_NODELAY, Int32Array.of(1), 4);
    // Not connected yet, or refused: epoll tells which.
    libc.connect(this.#fd, loopback(port), 16);
    this.#listen(CTL_ADD, EPOLLIN | EPOLLOUT);
    sockets.set(this.#fd, this);
    startTurning();
  }

  /** Sends the bytes; what the kernel does not accept now is sent when it does. */
  send(bytes: Uint8Array): void {
    if (this.#unsent !== null) {
      this.#unsent = Buffer.concat([this.#unsent, bytes]);
      return;
    }
    const sent = Math.max(0, libc.send(this.#fd, bytes, bytes.length, MSG_NOSIGNAL));
    if (sent === bytes.length) return;
    this.#unsent = Buffer.from(bytes.subarray(sent));
    this.#listen(CTL_MOD, EPOLLIN | EPOLLOUT);
  }

  /** Closes at once, like the end of a process. `onClose` is not called. */
  close(): void {
    if (sockets.delete(this.#fd)) libc.close(this.#fd);
  }

  /** Handles the events of epoll. */
  handle(ready: number): void {
    if (!this.#connected) {
      if ((ready & (EPOLLERR | EPOLLHUP)) !== 0) return this.#closed();
      this.#connected = true;
      this.#listen(CTL_MOD, EPOLLIN);
      this.#events.onConnect();
    } else if ((ready & ~EPOLLOUT) !== 0) {
      const received = libc.recv(this.#fd, inboxAt, inbox.length, 0);
      if (received <= 0) return this.#closed();
      traffic.received += received;
      this.#events.onData(inbox, received);
    }
    if ((ready & EPOLLOUT) !== 0 && this.#unsent !== null) this.#sendRest(this.#unsent);
  }

  #sendRest(rest: Uint8Array): void {
    this.#unsent = null;
    this.#listen(CTL_MOD, EPOLLIN);
    this.send(rest);
  }

  #closed(): void {
    this.close();
    this.#events.onClose();
  }

  #listen(operation: number, wanted: number): void {
    const event = new Int32Array(EVENT_WORDS);
    event[0] = wanted;
    event[EVENT_DATA] = this.#fd;
    libc.epoll_ctl(epoll, operation, this.#fd, event);
  }
}

function loopback(port: number): Uint8Array {
  const address = new Uint8Array(16);
  address.set([AF_INET, 0, port >>> 8, port & 255, 127, 0, 0, 1]);
  return address;
}

/**
 * Calls `listener` after each round of reads, until the returned function is called. As long as it returns true, the
 * next wait for reads ends at once: for senders that poll the clock.
 */
export function onTurn(listener: () => boolean): () => void {
  turnListeners.add(listener);
  return () => turnListeners.delete(listener);
}

function startTurning(): void {
  if (turning) return;
  turning = true;
  setImmediate(turn);
}

let hurried = false;

function turn(): void {
  const count = libc.epoll_wait(epoll, eventsAt, MAX_EVENTS, hurried ? 0 : WAIT_MS);
  for (let i = 0; i < count; i += 1) {
    const fd = events[i * EVENT_WORDS + EVENT_DATA] ?? -1;
    sockets.get(fd)?.handle(events[i * EVENT_WORDS] ?? 0);
  }
  hurried = false;
  for (const listener of turnListeners) hurried = listener() || hurried;
  turning = sockets.size > 0;
  if (turning) setImmediate(turn);
}
