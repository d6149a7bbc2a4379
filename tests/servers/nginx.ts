import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programOf } from './program.ts';

export type Nginx = { readonly url: string; stop(): Promise<void> };

/** nginx options beyond the upstream address. */
export type NginxSettings = {
  /** The Host the upstream sees; the request's by default. */
  readonly host?: string;
  /** More directives for all requests. */
  readonly directives?: string;
  /** The certificate and key files, with which it serves TLS. */
  readonly tls?: { readonly certificate: string; readonly key: string };
};

/** Starts an nginx that proxies to the upstream with the given options only. */
export async function startNginx(upstream: string, settings: NginxSettings = {}): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'banyan-nginx-'));
  const port = freePort();
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, configOf(folder, { port, upstream, ...settings }));
  const server = Bun.spawn([programOf('nginx'), '-p', folder, '-c', file, '-e', join(folder, 'error.log')]);
  const url = settings.tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`;
  for (const deadline = Date.now() + 10_000; !(await isUp(url)); await Bun.sleep(20)) {
    if (Date.now() > deadline) throw new Error('nginx did not start');
  }
  return {
    url,
    stop: async () => {
      server.kill('SIGTERM');
      await server.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Server = NginxSettings & { readonly port: number; readonly upstream: string };

function configOf(folder: string, { port, upstream, host = '$http_host', directives = '', tls }: Server): string {
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder};`);
  return `
    daemon off;
    pid ${folder}/nginx.pid;
    events {}
    http {
      access_log off;
      ${folders.join('\n')}
      server {
        listen 127.0.0.1:${port}${tls === undefined ? '' : ' ssl'};
        ${tls === undefined ? '' : `ssl_certificate ${tls.certificate}; ssl_certificate_key ${tls.key};`}
        location / {
          ${directives}
          proxy_pass ${upstream};
          proxy_set_header Host ${host};
        }
      }
    }`;
}

function freePort(): number {
  const probe = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data: () => undefined } });
  const { port } = probe;
  probe.stop(true);
  return port;
}

async function isUp(url: string): Promise<boolean> {
  // The tests ignore the certificate's subject.
  return fetch(`${url}/livez`, { tls: { rejectUnauthorized: false } }).then(
    ({ ok }) => ok,
    () => false,
  );
}
