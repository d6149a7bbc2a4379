import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { type Nginx, type NginxSettings, startNginx } from '../servers/nginx.ts';
import { programOf } from '../servers/program.ts';
import { checkup, failed } from './checkup.ts';

/** Each starts the program several times, on busy machines. */
setDefaultTimeout(60_000);

let folder: string;
let server: BanyanProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'banyan-doctor-'));
  server = await startBanyan({ BANYAN_DATA: join(folder, 'data'), BANYAN_CLIENT_ANONYMOUS: 'true' });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a deployment', () => {
  const behind = async (nginxSettings: NginxSettings, look: (nginx: Nginx) => Promise<void>) => {
    const nginx = await startNginx(server.url, nginxSettings);
    try {
      await look(nginx);
    } finally {
      await nginx.stop();
    }
  };
  const UPGRADE =
    'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; client_max_body_size 6m;';
  const settings = () => ['--data', join(folder, 'data'), '--port', new URL(server.url).port, '--host', '127.0.0.1'];

  test('behind a proxy that passes everything on is healthy, except for client addresses', async () => {
    await behind({ directives: UPGRADE }, async ({ url }) => {
      const seen = await checkup([url, ...settings()]);
      expect(failed(seen)).toEqual([]);
      expect(seen.of('WebSocket')).toMatchObject({ status: 'ok' });
      expect(seen.of('event stream')).toMatchObject({ status: 'ok' });
      expect(seen.of('proxy')).toMatchObject({ status: 'warn' });
      expect(seen.of('proxy').remedy).toContain('BANYAN_TRUSTED_PROXIES');
    });
  });

  test('behind one that strips the upgrade, and limits bodies', async () => {
    await behind({}, async ({ url }) => {
      const seen = await checkup([url]);
      expect(seen.code).toBe(1);
      expect(failed(seen)).toEqual(['WebSocket', 'large body']);
      expect(seen.of('WebSocket').found).toContain('takes the upgrade out');
      expect(seen.of('large body').remedy).toContain('client_max_body_size');
    });
  });

  test('behind one that buffers streams', async () => {
    // Over HTTP/1.0, nginx's default, it waits for a full buffer.
    const gathering = 'client_max_body_size 6m; proxy_ignore_headers X-Accel-Buffering;';
    await behind({ directives: gathering }, async ({ url }) => {
      const seen = await checkup([url]);
      expect(failed(seen)).toEqual(['WebSocket', 'event stream']);
      expect(seen.of('event stream').remedy).toContain('proxy_buffering off');
    });
  });

  test('behind one that changes Host, so that same-origin pages look cross-origin', async () => {
    await behind({ directives: UPGRADE, host: 'inside.example.org' }, async ({ url }) => {
      const seen = await checkup([url]);
      expect(failed(seen)).toEqual(['WebSocket']);
      expect(seen.of('WebSocket').remedy).toContain(`BANYAN_PUBLIC_URL=${url}`);
    });
  });

  test('behind one that cuts idle connections', async () => {
    await behind({ directives: `${UPGRADE} proxy_read_timeout 3s;` }, async ({ url }) => {
      const seen = await checkup([url, '--idle', '20s']);
      expect(failed(seen)).toEqual(['idle stream', 'idle socket']);
      expect(seen.of('idle socket').remedy).toContain('BANYAN_PING_SECONDS');
    });
  });

  test('behind TLS unknown to the server, with a self-signed certificate', async () => {
    const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
    const openssl = [programOf('openssl'), 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '5', '-nodes'];
    expect(Bun.spawnSync([...openssl, '-keyout', key, '-out', certificate, ...names]).success).toBe(true);
    await behind({ directives: UPGRADE, tls: { certificate, key } }, async ({ url }) => {
      const unknown = await checkup([url]);
      expect(failed(unknown)).toEqual(['certificate', 'reachable']);
      expect(unknown.of('reachable').found).toContain('self-signed');
      const known = await checkup([url], { NODE_EXTRA_CA_CERTS: certificate });
      expect(known.of('certificate')).toMatchObject({ status: 'warn' });
      expect(known.of('WebSocket')).toMatchObject({ status: 'ok' });
      expect(known.of('proxy').found).toContain('does not know that clients come over TLS');
    });
  });
});
