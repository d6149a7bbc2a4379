import type { App } from '../../app/compose.ts';
import { DisconnectError } from '../../core/disconnects.ts';
import { ClientError } from '../../core/errors.ts';
import { ANONYMOUS } from '../../core/principal.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { Entrance } from './entrance.ts';
import type { Http } from './http.ts';
import { type SentHeadersSettings, sentHeadersOf } from './sent-headers.ts';
import { crossOriginHeaders, preflight, type VisitSettings, visitOf } from './visit.ts';

type Parts = {
  readonly app: Pick<App, 'authenticate'>;
  readonly http: Pick<Http, 'addressOf'>;
  readonly telemetry: Telemetry;
  readonly settings: VisitSettings & SentHeadersSettings;
  readonly entrances: readonly Entrance[];
};

/** Where live connections begin, whatever carries them: who may come in, and as whom, is decided once for all. */
export class Connections {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Whether live connections begin at this path. */
  takes(pathname: string | undefined): boolean {
    return pathname !== undefined && this.#parts.entrances.some((entrance) => entrance.takes(pathname));
  }

  /** Undefined when a socket is open: Bun then writes the answer itself. */
  async answer(request: Request, peer: string): Promise<Response | undefined> {
    const { headers } = request;
    const visit = visitOf(headers, this.#parts.settings);
    if (visit === 'refused') return new Response('origin not allowed', { status: 403 });
    if (request.method === 'OPTIONS') return preflight(headers);
    const whoNow = async () => (visit === 'own' ? this.#parts.app.authenticate(headers) : ANONYMOUS);
    const principal = await whoNow();
    const { pathname } = new URL(request.url);
    const entrance = this.#parts.entrances.find((candidate) => candidate.takes(pathname));
    const sent = sentHeadersOf(headers, visit, this.#parts.settings);
    const caller = {
      ...{ principal, address: this.#parts.http.addressOf(request, peer), whoNow },
      ...(sent !== undefined && { headers: sent }),
    };
    const response = await entrance?.begin(request, caller).catch(toResponse);
    if (response !== undefined) {
      this.#parts.telemetry.count('banyan_http_requests_total', { status: String(response.status) });
    }
    if (visit === 'foreign' && response !== undefined) {
      for (const [name, value] of Object.entries(crossOriginHeaders(headers))) response.headers.set(name, value);
    }
    return response;
  }
}

function toResponse(error: unknown): Response {
  if (error instanceof ClientError) return new Response(error.message, { status: error.status });
  if (error instanceof DisconnectError) return new Response(error.message, { status: 400 });
  throw error;
}
