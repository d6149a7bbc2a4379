import type { Ports } from '../../app/ports.ts';

type Check = { readonly ok: boolean; readonly ms: number };

/** The timeout of a dependency. */
const DEADLINE_MS = 1_000;
/** How long a result is cached: health checks must not load the database. */
const KEPT_MS = 500;

/**
 * `GET /readyz`: whether this server accepts requests. 503 during the start, before a stop, and if a dependency does
 * not respond; with each dependency's latency in milliseconds. `degraded`, with 200, if stored data is damaged: what is
 * readable is served, and taking all clients off the server would help nobody.
 */
export class Readiness {
  #phase: 'starting' | 'ready' | 'draining' = 'starting';
  #checks: Ports['checks'] = {};
  #damage: Ports['damage'] = () => undefined;
  #answer: Promise<ReadonlyMap<string, Check>> | undefined;

  start(checks: Ports['checks'], damage: Ports['damage'] = () => undefined): void {
    this.#checks = checks;
    this.#damage = damage;
    this.#phase = 'ready';
  }

  drain(): void {
    this.#phase = 'draining';
  }

  async answer(): Promise<Response> {
    const checks = this.#phase === 'starting' ? new Map<string, Check>() : await this.#look();
    const ok = this.#phase === 'ready' && [...checks.values()].every((check) => check.ok);
    const damage = this.#phase === 'starting' ? undefined : this.#damage();
    const status =
      this.#phase === 'ready' ? (ok ? (damage === undefined ? 'ready' : 'degraded') : 'failing') : this.#phase;
    const headers = { 'Cache-Control': 'no-store', ...(!ok && { 'Retry-After': '1' }) };
    return Response.json({ status, checks: Object.fromEntries(checks), damage }, { status: ok ? 200 : 503, headers });
  }

  #look(): Promise<ReadonlyMap<string, Check>> {
    if (this.#answer === undefined) {
      this.#answer = runAll(this.#checks);
      const forget = () => {
        this.#answer = undefined;
      };
      this.#answer.then(() => setTimeout(forget, KEPT_MS).unref());
    }
    return this.#answer;
  }
}

async function runAll(checks: Ports['checks']): Promise<ReadonlyMap<string, Check>> {
  return new Map(
    await Promise.all(Object.entries(checks).map(async ([name, run]) => [name, await time(run)] as const)),
  );
}

async function time(run: () => Promise<unknown>): Promise<Check> {
  const started = performance.now();
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), DEADLINE_MS);
  const answered = (async () => run())().then(
    () => true,
    () => false,
  );
  const ok = await Promise.race([answered, late.promise]);
  clearTimeout(timer);
  return { ok, ms: Math.round((performance.now() - started) * 100) / 100 };
}
