import { millisecondsOf } from './duration.ts';
import { at, flagAt, newSecret, type Translation, type Tree, textAt, textsAt, treesAt } from './translation.ts';

/** One of Centrifugo's proxies, with its path. */
export type Proxy = { readonly path: string; readonly endpoint: string; readonly options: unknown };

/** The proxy of that name: `default` is the one at the path, all others are in the list. */
export function proxyOf(config: Tree, name: string, path: string): Proxy {
  if (name === '' || name === 'default')
    return { path, endpoint: textAt(config, `${path}.endpoint`), options: at(config, path) };
  const named = treesAt(config, 'proxies').find((each) => textAt(each, 'name') === name);
  return { path: `proxies (${name})`, endpoint: textAt(named, 'endpoint'), options: named };
}

/** Delegates one kind of event to the backend; there is one address for each. */
export class BackendUrls {
  readonly #translation: Translation;
  readonly #urls: Record<string, string> = {};
  readonly #asked: Proxy[] = [];

  constructor(translation: Translation) {
    this.#translation = translation;
  }

  /** False without a usable address. */
  ask(event: string, option: string, proxy: Proxy): boolean {
    const url = this.urlOf(option, proxy);
    if (url === undefined) return false;
    const before = this.#urls[event];
    if (before !== undefined && before !== url) {
      this.#translation.changed(
        option,
        `there is one address for all ${event} questions (${before}); ${url} is not asked`,
      );
      return true;
    }
    this.#urls[event] = url;
    this.#asked.push(proxy);
    return true;
  }

  /** Of a proxy that uses HTTP. */
  urlOf(option: string, { endpoint, path }: Proxy): string | undefined {
    if (/^https?:$/.test(URL.parse(endpoint)?.protocol ?? '')) return endpoint;
    const why = endpoint === '' ? `${path} has no endpoint` : `${endpoint} is no http(s) address`;
    this.#translation.left(option, `${why}, so that what it decides is refused`);
    return undefined;
  }

  /** Writes the settings, once all delegated events are known. */
  finish(): void {
    if (this.#asked.length === 0) return;
    const translation = this.#translation;
    translation.set('backendUrls', this.#urls);
    translation.set('backendSecret', newSecret());
    translation.changed(
      'proxies',
      'questions are signed; `backendSecret` was made for that, and your backend should check it (docs/backend.md)',
    );
    this.#finishTimeout();
    this.#finishHeaders('http_headers', 'backendHeaders');
    this.#finishHeaders('emulated_headers', 'backendClaimedHeaders');
  }

  #finishTimeout(): void {
    const timeouts = this.#asked.map(({ options }) => millisecondsOf(at(options, 'timeout') ?? '1s') ?? 1_000);
    const longest = Math.max(...timeouts);
    this.#translation.set(
      'backendTimeoutMs',
      this.#translation.within('timeout of the proxies', longest, [50, 60_000]),
    );
    if (timeouts.some((each) => each !== longest)) {
      this.#translation.changed('timeout of the proxies', `they differ; the longest, ${longest} ms, counts for all`);
    }
  }

  #finishHeaders(option: string, setting: string): void {
    const lists = this.#asked.map(({ options }) => textsAt(options, option).map((name) => name.toLowerCase()));
    const names = [...new Set(lists.flat())].filter((name) => canBePassedOn(name) || this.#refuses(option, name));
    if (names.length > 0) this.#translation.set(setting, names);
    if (lists.some((list) => list.length < names.length)) {
      this.#translation.changed(`${option} of the proxies`, 'they differ; every question carries all of them');
    }
  }

  #refuses(option: string, name: string): false {
    this.#translation.left(`${option} of the proxies`, `${name} says nothing about the client`);
    return false;
  }
}

/** As `backendHeaders` accepts them. */
function canBePassedOn(name: string): boolean {
  return (
    /^[a-z0-9][a-z0-9-]{0,63}$/.test(name) &&
    !/^(?:host|connection|upgrade|te|trailer|transfer-encoding|keep-alive|expect|content-.*|proxy-.*|sec-.*|x-banyan-.*)$/.test(
      name,
    )
  );
}

/** Connections and calls; namespaces delegate their own events. */
export function translateProxies(config: Tree, urls: BackendUrls): void {
  for (const event of ['connect', 'refresh']) {
    const path = `client.proxy.${event}`;
    if (flagAt(config, `${path}.enabled`)) urls.ask(event, `${path}.enabled`, proxyOf(config, '', path));
  }
  const named = treesAt(config, 'rpc.namespaces').map(
    (each) => [`rpc.namespaces (${textAt(each, 'name')})`, each] as const,
  );
  const calls: readonly (readonly [path: string, options: unknown])[] = [
    ['rpc.without_namespace', at(config, 'rpc.without_namespace')],
    ...named,
  ];
  for (const [path, options] of calls) {
    if (!flagAt(options, 'proxy_enabled')) continue;
    urls.ask('rpc', `${path}.proxy_enabled`, proxyOf(config, textAt(options, 'proxy_name'), 'rpc.proxy'));
  }
}
