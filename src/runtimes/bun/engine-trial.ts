import type { Socket } from './websocket.ts';

/** As in the reference server: engine.io 6, server.ts (`upgradeTimeout`) and socket.ts (`_maybeUpgrade`). */
const DEADLINE_MS = 10_000;
const LET_GO_MS = 100;

type TrialEvents = {
  /** Called every 100 ms once the client has probed: a poll of its that waits is to be let go, or it cannot change over. */
  readonly letGo: () => void;
  /** Called when the client has not changed over in time. */
  readonly late: () => void;
};

/** A client that polls tries a socket out. A proxy may let the handshake through and no frame after it, so it ends by time. */
export class Trial {
  readonly tag = 'probing';
  readonly socket: Socket;
  readonly #events: TrialEvents;
  readonly #deadline: Timer;
  #letGo: Timer | undefined;

  constructor(socket: Socket, events: TrialEvents, deadlineMs = DEADLINE_MS) {
    this.socket = socket;
    this.#events = events;
    this.#deadline = setTimeout(events.late, deadlineMs);
  }

  /** The client's ping has come through. */
  probed(): void {
    this.#events.letGo();
    this.#letGo ??= setInterval(this.#events.letGo, LET_GO_MS);
  }

  end(): void {
    clearTimeout(this.#deadline);
    clearInterval(this.#letGo);
  }
}
