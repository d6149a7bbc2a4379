import type { App } from '../../app/compose.ts';
import { ANONYMOUS } from '../../core/access/principal.ts';
import { DisconnectError } from '../../core/disconnects.ts';
import { ClientError } from '../../core/errors.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { Span } from '../../ports/traces.ts';
import { ACCEPTED_ENCODINGS } from './content-encoding.ts';
import type { Entrance } from './entrance.ts';
import type { Http } from './http.ts';
import { type SentHeadersSettings, sentHeadersOf } from './sent-headers.ts';
import { refusalOf } from './turned-away.ts';
import { crossOriginHeaders, preflight, type VisitSettings, visitOf } from './visit.ts';

type Parts = {
  readonly app: Pick<App, 'authenticate' | 'node'>;
  readonly http: Pick<Http, 'addressOf'>;
  readonly telemetry: Telemetry;
  readonly settings: VisitSettings & SentHeadersSettings;
  readonly entrances: readonly Entrance[];
};

type Beginning = { readonly peer: string; readonly visit: 'own' | 'foreign'; readonly span: Span | undefined };

/** Opens live connections over any transport: authentication and limits are the same for all. */
export class Connections {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Whether this path opens live connections. */
  takes(pathname: string | undefined): boolean {
    return pathname !== undefined && this.#parts.entrances.some((entrance) => entrance.takes(pathname));
  }

  /** Undefined if a socket is open: Bun then writes the response itself. `span`: as for `Http.fetch`. */
  async answer(request: Request, peer: string, span?: Span): Promise<Response | undefined> {
    const { headers } = request;
    const visit = visitOf(headers, this.#parts.settings);
    if (visit === 'refused') return new Response('origin not allowed', { status: 403 });
    if (request.method === 'OPTIONS') return preflight(headers);
    const response = await this.#begin(request, { peer, visit, span });
    if (visit === 'foreign' && response !== undefined) {
      for (const [name, value] of Object.entries(crossOriginHeaders(headers))) response.headers.set(name, value);
    }
    return response;
  }

  async #begin(request: Request, { peer, visit, span }: Beginning): Promise<Response | undefined> {
    const { app, http, telemetry, settings, entrances } = this.#parts;
    const url = new URL(request.url);
    const entrance = entrances.find((candidate) => candidate.takes(url.pathname));
    if (entrance === undefined) return undefined;
    const address = http.addressOf(request, peer);
    // Checked first: under a storm of connections, refusals must be cheap.
    const turned = entrance.opens(url) ? app.node.admit(address, entrance.honoursRetryAfter) : undefined;
    if (turned !== undefined) {
      return entrance.refuseConnection === undefined
        ? toResponse(refusalOf(turned))
        : entrance.refuseConnection(request, turned);
    }
    const currentPrincipal = async () => (visit === 'own' ? app.authenticate(request.headers) : ANONYMOUS);
    const principal = await currentPrincipal();
    const sent = sentHeadersOf(request.headers, visit, settings);
    const caller = { ...{ principal, address, span, currentPrincipal }, ...(sent !== undefined && { headers: sent }) };
    const response = await entrance.begin(request, caller).catch(toResponse);
    if (response !== undefined) telemetry.count('banyan_http_requests_total', { status: String(response.status) });
    return response;
  }
}

function toResponse(error: unknown): Response {
  if (error instanceof ClientError) {
    const { kind, message, status, retryAfter } = error;
    const headers = {
      ...(retryAfter !== undefined && { 'Retry-After': String(Math.ceil(retryAfter)) }),
      ...(kind === 'unsupportedEncoding' && { 'Accept-Encoding': ACCEPTED_ENCODINGS }),
    };
    return new Response(message, { status, headers });
  }
  if (error instanceof DisconnectError) return new Response(error.message, { status: 400 });
  throw error;
}
