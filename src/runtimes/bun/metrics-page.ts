import { createHash, timingSafeEqual } from 'node:crypto';
import { EXPOSITION_TYPE, expose, type MetricFamily } from '../../app/exposition.ts';
import { createAddressList, plain } from './proxies.ts';

export type MetricsSettings = {
  /** '' for none. */
  readonly metricsToken: string;
  /** Addresses and subnets that need no token. */
  readonly metricsAddresses: readonly string[];
};

type Sources = {
  families(): readonly MetricFamily[];
  /** The client's address, behind any trusted proxies. */
  addressOf(request: Request, peer: string): string;
};

const BEARER = /^Bearer +(\S+)$/i;

/** `GET /metrics`, for Prometheus. Answered as if it did not exist for callers without permission. */
export class MetricsPage {
  readonly #settings: MetricsSettings;
  readonly #sources: Sources;
  readonly #isListed: (address: string) => boolean;

  constructor(settings: MetricsSettings, sources: Sources) {
    this.#settings = settings;
    this.#sources = sources;
    this.#isListed = createAddressList(settings.metricsAddresses);
  }

  answer(request: Request, peer: string): Response {
    if (!this.#holdsToken(request) && !this.#comesFromListed(request, peer)) {
      return new Response('not found', { status: 404, headers: { 'Cache-Control': 'no-store' } });
    }
    const headers = { 'Content-Type': EXPOSITION_TYPE, 'Cache-Control': 'no-store' };
    return new Response(expose(this.#sources.families()), { headers });
  }

  #holdsToken({ headers }: Request): boolean {
    const { metricsToken } = this.#settings;
    const given = BEARER.exec(headers.get('Authorization') ?? '')?.[1] ?? '';
    return metricsToken !== '' && timingSafeEqual(digest(given), digest(metricsToken));
  }

  /** A request through an untrusted proxy may come from anybody, whatever the proxy's own address. */
  #comesFromListed(request: Request, peer: string): boolean {
    const address = this.#sources.addressOf(request, peer);
    const isPassedOn = request.headers.has('X-Forwarded-For') || request.headers.has('Forwarded');
    return this.#isListed(address) && !(isPassedOn && address === plain(peer));
  }
}

/** Of equal length for any input. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
