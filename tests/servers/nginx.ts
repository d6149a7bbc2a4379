import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programOf } from './program.ts';

export type Nginx = { readonly url: string; stop(): Promise<void> };

/** Starts an nginx with nothing set but where to pass requests on to. */
export async function startNginx(upstream: string): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'banyan-nginx-'));
  const port = freePort();
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, configOf(folder, port, upstream));
  const server = Bun.spawn([
    programOf('nginx', 'nginx-light'),
    '-p',
    folder,
    '-c',
    file,
    '-e',
    join(folder, 'error.log'),
  ]);
  const url = `http://127.0.0.1:${port}`;
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

function configOf(folder: string, port: number, upstream: string): string {
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder};`);
  return `
    daemon off;
    pid ${folder}/nginx.pid;
    events {}
    http {
      access_log off;
      ${folders.join('\n')}
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass ${upstream};
          proxy_set_header Host $http_host;
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
  return fetch(`${url}/livez`).then(
    ({ ok }) => ok,
    () => false,
  );
}
