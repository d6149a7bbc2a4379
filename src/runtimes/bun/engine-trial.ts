import type { Socket } from './websocket.ts';

/** As in the reference server: engine.io 6, server.ts (`upgradeTimeout`) and socket.ts (`_maybeUpgrade`). */
const DEADLINE_MS = 10_000;
const RELEASE_INTERVAL_MS = 100;

type TrialEvents = {
  /** Called every 100 ms once the client has probed: releases its waiting poll, without which it cannot upgrade. */
  readonly letGo: () => void;
  /** Called if the client has not upgraded in time. */
  readonly late: () => void;
};

/** A polling client probes a socket. A proxy may pass the handshake but no frames, so there is a timeout. */
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

  /** The client's ping has arrived. */
  probed(): void {
    this.#events.letGo();
    this.#letGo ??= setInterval(this.#events.letGo, RELEASE_INTERVAL_MS);
  }

  end(): void {
    clearTimeout(this.#deadline);
    clearInterval(this.#letGo);
  }
}
