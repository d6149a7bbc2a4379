import { CENTRIFUGE_JSON } from '../../wire-clients/centrifuge-json.ts';
import { openSocket } from '../../wire-clients/socket.ts';
import { WireError } from '../../wire-clients/wire-client.ts';
import { networkErrorText } from '../deployment/network-error.ts';
import { askForUpgrade, type UpgradeAnswer } from '../deployment/upgrade.ts';
import { type Finding, fail, ok } from './finding.ts';
import type { Trial } from './lines.ts';

const NAME = 'WebSocket';
const ANSWER_MS = 10_000;
const NGINX =
  'in nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";';

/** Checks whether a WebSocket works as a browser would open it, with frames in both directions. */
export async function socketFindings(trial: Trial): Promise<Finding[]> {
  let answer: UpgradeAnswer;
  try {
    answer = await askForUpgrade(trial.url, CENTRIFUGE_JSON.path);
  } catch (error) {
    return [fail(NAME, `no answer to the upgrade: ${networkErrorText(error)}`, 'let the proxy pass WebSockets on')];
  }
  if (answer.status !== 101) return [refused(trial.url, answer)];
  const isDeflated = String(answer.headers['sec-websocket-extensions'] ?? '').includes('permessage-deflate');
  const deflate = isDeflated ? 'frames are compressed' : 'frames are not compressed, which costs the least time';
  return [await frames(trial), ok('compression', deflate)];
}

function refused(url: string, { status, body }: UpgradeAnswer): Finding {
  if (status === 403 && body.includes('origin')) {
    return fail(
      NAME,
      `refused: pages of ${url} are not known as its own (403 origin not allowed)`,
      `set BANYAN_PUBLIC_URL=${url}, or let the proxy pass Host on (nginx: proxy_set_header Host $http_host;)`,
    );
  }
  if (status === 426) {
    return fail(NAME, 'a proxy takes the upgrade out of the request (426)', `let it pass WebSockets on; ${NGINX}`);
  }
  return fail(
    NAME,
    `the upgrade is answered with ${status}`,
    `let the proxy pass ${CENTRIFUGE_JSON.path} on with its upgrade; ${NGINX}`,
  );
}

/** Connects, and waits for any reply: a refusal proves it works, too. */
async function frames({ url, token }: Trial): Promise<Finding> {
  const answered = Promise.withResolvers<string>();
  const timeout = setTimeout(() => answered.reject(new WireError('timeout', 'no answer')), ANSWER_MS);
  const socketUrl = `${url.replace(/^http/, 'ws')}${CENTRIFUGE_JSON.path}`;
  answered.promise.catch(() => undefined);
  try {
    const socket = await openSocket(socketUrl, {
      onFrame: (frame) => answered.resolve(String(frame)),
      onClose: (why) => answered.resolve(why),
    });
    const start = performance.now();
    socket.send(CENTRIFUGE_JSON.encode(1, { kind: 'connect', token }));
    const answer = await answered.promise;
    socket.close();
    return judge(answer, performance.now() - start, token !== '');
  } catch (error) {
    return fail(
      NAME,
      `granted, and then: ${(error as Error).message}`,
      `let the proxy pass frames on both ways; ${NGINX}`,
    );
  } finally {
    clearTimeout(timeout);
  }
}

function judge(answer: string, time: number, hasToken: boolean): Finding {
  const through = `it comes through; answered in ${time.toFixed(1)} ms`;
  if (answer.includes('"connect"')) return ok(NAME, through);
  if (!hasToken) return ok(NAME, `${through} (nobody may connect without a token)`);
  return fail(
    NAME,
    `${through}; the token is refused (${answer.slice(0, 60)})`,
    'is it signed with BANYAN_TOKEN_SECRET of this server, and not run out?',
  );
}
