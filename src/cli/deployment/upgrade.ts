import { randomBytes } from 'node:crypto';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** The response to a WebSocket request. */
export type UpgradeAnswer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string };

const ANSWER_MS = 10_000;
const LONGEST_BODY = 1_000;

/** Requests a WebSocket like a browser with a page at `url`, and closes it if granted. Rejects without a response. */
export function askForUpgrade(url: string, path: string): Promise<UpgradeAnswer> {
  const ask = url.startsWith('https:') ? httpsRequest : httpRequest;
  const headers = {
    Origin: url,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits',
  };
  return new Promise((resolve, reject) => {
    const request = ask(`${url}${path}`, { headers, agent: false, timeout: ANSWER_MS });
    const answer = ({ statusCode = 0, headers }: IncomingMessage, body: string) => {
      resolve({ status: statusCode, headers, body });
      request.destroy();
    };
    request.on('upgrade', (response, socket) => {
      answer(response, '');
      socket.destroy();
    });
    request.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body = (body + text).slice(0, LONGEST_BODY);
      });
      for (const event of ['end', 'error'] as const) response.on(event, () => answer(response, body));
    });
    request.on('timeout', () => request.destroy(new DOMException('no answer', 'TimeoutError')));
    request.on('error', reject);
    request.end();
  });
}
