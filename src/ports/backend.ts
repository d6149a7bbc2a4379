import type { Span } from './traces.ts';

/** What a developer's own backend can be asked about. */
export const BACKEND_EVENTS = [
  ...(['connect', 'refresh', 'subscribe', 'sub_refresh', 'publish', 'map_publish', 'map_remove', 'rpc'] as const),
] as const;
export type BackendEvent = (typeof BACKEND_EVENTS)[number];

/** HTTP headers by their names in lower case: those of the client's request, and those that it claims to have sent. */
export type AskerHeaders = {
  readonly sent?: Readonly<Record<string, string>>;
  readonly claimed?: Readonly<Record<string, string>>;
};

/** What else a question carries. */
export type AskContext = {
  /** Of the client whom it is about. */
  readonly headers?: AskerHeaders | undefined;
  /** The question goes on with its trace. */
  readonly span?: Span | undefined;
};

/** JSON as it came, and what `JSON.parse` makes of it. */
export type BackendAnswer = { readonly text: string; readonly value: unknown };

/** The backend gave no answer that makes sense, or was not asked because it has not for a while. */
export class BackendUnavailable extends Error {
  override readonly name = 'BackendUnavailable';
}

/** The developer's own backend, asked over a network. Its addresses come from settings, never from a client. */
export interface Backend {
  /** Whether it has an address for the event. */
  hears(event: BackendEvent): boolean;
  /**
   * Gives the JSON that it answered `question`, a JSON text, with. Rejects with `BackendUnavailable` within a
   * bounded time. What has no effect (all but publishing and `rpc`) may be asked twice.
   */
  ask(event: BackendEvent, question: string, context?: AskContext): Promise<BackendAnswer>;
  /** As `ask`, once, at an address that settings give for a namespace. */
  poll(url: string, question: string, context?: Pick<AskContext, 'span'>): Promise<BackendAnswer>;
}
