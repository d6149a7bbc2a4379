import { type ClientRequest, get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import { eventsPath } from '../../wire-clients/plain-http.ts';
import { networkErrorText } from '../deployment/network-error.ts';
import { ms } from '../figures.ts';
import { type Finding, fail, ok, skip } from './finding.ts';

/** Options of the connection checks. */
export type Trial = { readonly url: string; readonly token: string; readonly channel: string };

/** The first event of a stream is sent at once. If it has not arrived by then, a proxy buffers it. */
export const FIRST_EVENT_MS = 5_000;
const POLL_SECONDS = 2;
const ANSWER_MS = 15_000;
const STREAM = 'event stream';
const POLL = 'long poll';
const NO_TOKEN =
  'a --token, or a --namespace that is open to everyone while clientAnonymous is on, would let it be tried';
const BUFFERING =
  'let the proxy pass it on at once: in nginx no "proxy_ignore_headers X-Accel-Buffering", or "proxy_buffering off;" for /sse and /connection/';

/** Checks whether a stream's events arrive as they are sent, or are buffered on the way. */
export async function streamFinding(trial: Trial): Promise<Finding> {
  const start = performance.now();
  const line = await openStream(trial, FIRST_EVENT_MS);
  line.close();
  switch (line.kind) {
    case 'open':
      return ok(STREAM, `the first event came after ${ms(performance.now() - start)} ms; nothing is held back`);
    case 'silent':
      return fail(STREAM, `no event within ${FIRST_EVENT_MS / 1_000} s: a proxy gathers them`, BUFFERING);
    case 'refused':
      return skip(
        STREAM,
        `not tried: ${line.status === 401 || line.status === 403 ? NO_TOKEN : `status ${line.status}`}`,
      );
    case 'failed':
      return fail(STREAM, line.why, 'let the proxy pass /sse on');
    default:
      return line satisfies never;
  }
}

export type Line = { close(): void } & (
  | { readonly kind: 'open'; readonly response: IncomingMessage }
  | { readonly kind: 'silent' }
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'failed'; readonly why: string }
);

/** Opens a stream and waits for its first event. */
export function openStream({ url, token, channel }: Trial, waitMs: number): Promise<Line> {
  const get = url.startsWith('https:') ? httpsGet : httpGet;
  // Like a browser's request: this also detects proxies that buffer for compression.
  const headers = {
    Accept: 'text/event-stream',
    'Accept-Encoding': 'gzip, br',
    ...(token !== '' && { Authorization: `Bearer ${token}` }),
  };
  return new Promise((resolve) => {
    const close = () => request.destroy();
    const timeout = setTimeout(() => resolve({ kind: 'silent', close }), waitMs);
    const settle = (line: Line) => {
      clearTimeout(timeout);
      resolve(line);
    };
    const request: ClientRequest = get(`${url}${eventsPath(channel)}`, { headers, agent: false }, (response) => {
      const { statusCode: status = 0 } = response;
      response.on('error', () => undefined);
      if (status !== 200) return settle({ kind: 'refused', status, close });
      response.once('data', () => settle({ kind: 'open', response, close }));
      response.once('end', () => settle({ kind: 'failed', why: 'the stream ended before its first event', close }));
    });
    request.on('error', (error) => settle({ kind: 'failed', why: networkErrorText(error), close }));
  });
}

/** Checks whether a request may wait for its response. */
export async function pollFinding(trial: Trial): Promise<Finding> {
  try {
    const first = await poll(trial, {});
    if (first.status === 401 || first.status === 403) return skip(POLL, `not tried: ${NO_TOKEN}`);
    if (first.status !== 200) return fail(POLL, `status ${first.status}`, 'let the proxy pass /poll on');
    const { cursor } = JSON.parse(first.text) as { readonly cursor: string };
    const waited = await poll(trial, { cursor, timeout: String(POLL_SECONDS) });
    if (waited.status === 200) return ok(POLL, `a request waited for ${POLL_SECONDS} s, and was answered`);
    return fail(
      POLL,
      `a request that waited for ${POLL_SECONDS} s was answered with ${waited.status}`,
      'let the proxy wait for an answer for a minute at least (nginx: proxy_read_timeout 75s;)',
    );
  } catch (error) {
    return fail(POLL, networkErrorText(error), 'let the proxy pass /poll on, and wait for a minute at least');
  }
}

async function poll({ url, token, channel }: Trial, more: Readonly<Record<string, string>>) {
  const query = new URLSearchParams({ channel, ...more });
  const headers: Record<string, string> = token === '' ? {} : { Authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/poll?${query}`, { headers, signal: AbortSignal.timeout(ANSWER_MS) });
  return { status: response.status, text: await response.text() };
}
