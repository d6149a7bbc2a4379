import type { Centrifuge } from 'centrifuge';
import { createObservable, type Observable } from './listeners.ts';

/** The state of the live connection. */
export type ConnectionState =
  | {
      /**
       * Not requested, closed by `disconnect()`, or refused permanently: then `code` (3500 and up, or an error's) says
       * why.
       */
      readonly kind: 'disconnected';
      readonly code: number;
      readonly reason: string;
    }
  | {
      readonly kind: 'connecting';
      /** When this began, in milliseconds since 1970. */
      readonly since: number;
    }
  | { readonly kind: 'connected'; readonly client: string };

export type Connection = {
  readonly state: Observable<ConnectionState>;
  connect(): void;
  disconnect(): void;
  /** Retries at once instead of after the client's delay; does nothing in other states. */
  retryNow(): void;
};

const IDLE: ConnectionState = { kind: 'disconnected', code: 0, reason: 'not connected yet' };

/** Watches a Centrifuge client's connection. */
export function watchConnection(centrifuge: Centrifuge): Connection {
  const state = createObservable<ConnectionState>(IDLE);
  let isRetrying = false;
  centrifuge.on('connecting', () => state.set({ kind: 'connecting', since: Date.now() }));
  centrifuge.on('connected', ({ client }) => state.set({ kind: 'connected', client }));
  centrifuge.on('disconnected', ({ code, reason }) => {
    if (!isRetrying) state.set({ kind: 'disconnected', code, reason });
  });
  return {
    state,
    connect: () => centrifuge.connect(),
    disconnect: () => centrifuge.disconnect(),
    retryNow: () => {
      if (state.get().kind !== 'connecting') return;
      // Positions of subscriptions are kept, so nothing is missed.
      isRetrying = true;
      centrifuge.disconnect();
      isRetrying = false;
      centrifuge.connect();
    },
  };
}
