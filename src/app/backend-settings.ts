import { API_KEY_LENGTH, scopedApiKeysSchema } from './api-keys-setting.ts';
import { backendUrlsSchema } from './backend-urls-setting.ts';
import { integer, isLine, json, list, SECRET_LENGTH, type Setting, text } from './setting.ts';

/** How an application's backend calls the server, and how the server calls it. */
export const BACKEND_SETTINGS = {
  apiKeys: list({
    env: 'BANYAN_API_KEYS',
    default: [],
    secret: true,
    rule: 'keys, separated by commas',
    is: (value) => value !== '' && isLine(value),
    doc: 'Keys for the server API (`POST /api/publish` and others). The owner can create more while the server runs. Without keys the API is closed.',
  }),
  scopedApiKeys: json({
    env: 'BANYAN_SCOPED_API_KEYS',
    default: [],
    secret: true,
    rule: `a JSON list of {"key", "name", "methods", "namespaces", "revoked", "perSecond"}, each key with at least ${API_KEY_LENGTH} characters`,
    schema: scopedApiKeysSchema,
    doc: 'Keys that open a part of the server API: only these `methods` (`["publish","history"]`; left out: all), only channels of these `namespaces` (left out: all, and what no channel is named for). One that is `revoked` opens nothing; one with `perSecond` no more than so many calls a second (error 111).',
  }),
  backendUrls: json({
    env: 'BANYAN_BACKEND_URLS',
    default: {},
    rule: 'a JSON object of http(s) addresses by event (connect, refresh, subscribe, sub_refresh, publish, rpc)',
    schema: backendUrlsSchema,
    doc: "Where an application's own backend is asked, by POST: `connect` (who is a client that brings no token?), `refresh` (may it go on when its time is over?), `subscribe` and `publish` (in namespaces that say `backend`), `sub_refresh` (may a subscription go on?), `rpc` (calls that no feature takes). Questions and answers have the form of Centrifugo's HTTP proxies: [backend.md](backend.md#webhooks-to-your-backend).",
  }),
  backendSecret: text({
    env: 'BANYAN_BACKEND_SECRET',
    default: '',
    secret: true,
    rule: `one line; at least ${SECRET_LENGTH} characters where there are \`backendUrls\``,
    is: isLine,
    doc: 'Secret that signs these requests: `X-Banyan-Signature: t=<seconds>,v1=<hex HMAC-SHA-256 of "<seconds>.<body>">`.',
  }),
  backendTimeoutMs: integer({
    env: 'BANYAN_BACKEND_TIMEOUT_MS',
    default: 3_000,
    min: 50,
    max: 60_000,
    doc: 'Timeout of these requests. All except `publish` and `rpc` are retried once. After five failures in a row an address is not asked for five seconds.',
  }),
  backendHeaders: list({
    env: 'BANYAN_BACKEND_HEADERS',
    default: [],
    rule: 'names of headers in lower case, separated by commas',
    is: canBePassedOn,
    doc: "Headers of the client's request to pass to the backend, such as `cookie,user-agent`. Banyan's own cookie is never passed, and with `allowedOrigins` of `*` no cookie of another origin's page.",
  }),
  backendClaimedHeaders: list({
    env: 'BANYAN_BACKEND_CLAIMED_HEADERS',
    default: [],
    rule: 'names of headers in lower case, separated by commas',
    is: canBePassedOn,
    doc: 'Headers that a client may send in its `connect` command (option `headers` of Centrifuge clients), because pages cannot set any, such as `authorization`. Do not list headers that your proxy sets.',
  }),
  pollSecret: text({
    env: 'BANYAN_POLL_SECRET',
    default: '',
    secret: true,
    rule: `one line; at least ${SECRET_LENGTH} characters where a namespace is a shared poll`,
    is: isLine,
    doc: 'Secret with which the backend signs the items of a shared poll that a client may track.',
  }),
} as const satisfies Record<string, Setting>;

/** A header name whose value does not describe the request that carries it to the backend. */
function canBePassedOn(name: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,63}$/.test(name) && !OF_THE_REQUEST.test(name);
}

const OF_THE_REQUEST =
  /^(?:host|connection|upgrade|te|trailer|transfer-encoding|keep-alive|expect|content-.*|proxy-.*|sec-.*|x-banyan-.*)$/;
