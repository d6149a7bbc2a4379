import type { Span } from './traces.ts';

/** Requests to a developer's own backend. */
export const BACKEND_EVENTS = [
  ...(['connect', 'refresh', 'subscribe', 'sub_refresh', 'publish', 'map_publish', 'map_remove', 'rpc'] as const),
] as const;
export type BackendEvent = (typeof BACKEND_EVENTS)[number];

/** HTTP headers by lower-case name: those of the client's request, and those it sent in `connect`. */
export type AskerHeaders = {
  readonly sent?: Readonly<Record<string, string>>;
  readonly claimed?: Readonly<Record<string, string>>;
};

/** Options of a request. */
export type AskContext = {
  /** The headers of the client concerned. */
  readonly headers?: AskerHeaders | undefined;
  /** The parent span. */
  readonly span?: Span | undefined;
};

/** JSON as received, and parsed. */
export type BackendAnswer = { readonly text: string; readonly value: unknown };

/** The backend gave no valid response, or was not called because it has been failing. */
export class BackendUnavailable extends Error {
  override readonly name = 'BackendUnavailable';
}

/** The developer's own backend, called over a network. Its addresses come from settings, never from a client. */
export interface Backend {
  /** Whether it has an address for the event. */
  hears(event: BackendEvent): boolean;
  /**
   * Sends `question`, a JSON text, and returns the JSON response. Rejects with `BackendUnavailable` within a bounded
   * time. Requests without side effects (all except publishing and `rpc`) may be retried.
   */
  ask(event: BackendEvent, question: string, context?: AskContext): Promise<BackendAnswer>;
  /** Like `ask`, without retries, at a namespace's address in the settings. */
  poll(url: string, question: string, context?: Pick<AskContext, 'span'>): Promise<BackendAnswer>;
}
