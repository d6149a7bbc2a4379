import { connect, type TLSSocket } from 'node:tls';
import { networkErrorText } from '../deployment/network-error.ts';
import { type Finding, fail, ok, skip, warn } from './finding.ts';

const DAY_MS = 86_400_000;
const SOON_DAYS = 14;
const ANSWER_MS = 10_000;
const NAME = 'certificate';

/** Whether clients will trust the TLS certificate, and until when. */
export function certificateFinding(url: string): Promise<Finding> {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    // Any certificate is accepted for inspection: nothing is sent to the other side.
    const socket = connect({ host, port: Number(port || 443), servername: host, rejectUnauthorized: false });
    const end = (finding: Finding) => {
      resolve(finding);
      socket.destroy();
    };
    socket.setTimeout(ANSWER_MS, () => end(skip(NAME, 'no answer in TLS')));
    socket.on('error', (error) => end(skip(NAME, networkErrorText(error))));
    socket.on('secureConnect', () => end(judge(socket)));
  });
}

function judge(socket: TLSSocket): Finding {
  const { valid_to: validTo, subject } = socket.getPeerCertificate();
  const days = Math.floor((Date.parse(validTo) - Date.now()) / DAY_MS);
  const found = `of ${subject?.CN ?? 'no name'}, ${days < 0 ? 'expired on' : 'valid until'} ${new Date(validTo).toISOString().slice(0, 10)} (${socket.getProtocol()})`;
  const remedy = 'let the proxy renew it by itself (Caddy does, certbot for nginx)';
  if (days < 0) return fail(NAME, found, remedy);
  if (!socket.authorized) {
    const why = networkErrorText({
      code: String(socket.authorizationError),
      message: String(socket.authorizationError),
    });
    return fail(
      NAME,
      `${found}; ${why}`,
      'clients refuse it: take one of an authority that they know, for this very name, with its chain',
    );
  }
  return days < SOON_DAYS ? warn(NAME, found, remedy) : ok(NAME, found);
}
