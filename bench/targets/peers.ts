import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { natsWire } from '../wires/nats.ts';
import { plainWire } from '../wires/plain.ts';
import { socketIoWire } from '../wires/socket-io.ts';
import { missingProgram, type Target } from './target.ts';

const SERVERS = join(import.meta.dir, 'servers');
const NCHAN_MODULE = '/usr/lib/nginx/modules/ngx_nchan_module.so';

/** The runtime's native publish without anything else: the upper bound, and the generator's own test. */
export const bunTopics: Target = {
  name: 'Bun, bare topic',
  wire: plainWire,
  missing: () => null,
  launch: (port) => ({
    command: () => [process.execPath, join(SERVERS, 'bun-topics.ts'), String(port)],
    livePath: '/',
  }),
};

function onNode(file: string, ...args: string[]): Target['launch'] {
  return (port) => ({
    command: () => ['node', '--expose-gc', join(SERVERS, file), String(port), ...args],
    env: { NODE_ENV: 'production' },
    collectsGarbage: true,
    livePath: '/',
  });
}

export const wsOnNode: Target = {
  name: 'ws (Node)',
  wire: plainWire,
  missing: () => missingProgram('node'),
  launch: onNode('ws.mjs'),
};

export const socketIo: Target = {
  name: 'Socket.IO (Node)',
  wire: socketIoWire,
  missing: () => missingProgram('node'),
  launch: onNode('socket-io.mjs'),
};

/** Socket.IO that keeps sessions and packets in memory for two minutes, for recovery. */
export const socketIoWithRecovery: Target = { ...socketIo, launch: onNode('socket-io.mjs', '--recovery') };

/** nats-server speaking WebSocket, JetStream with file storage in the run's folder. */
export const nats: Target = {
  name: 'NATS (WebSocket)',
  wire: natsWire,
  missing: () => missingProgram('nats-server'),
  launch: (port) => ({
    command: (folder) => {
      const config = join(folder, 'nats.conf');
      writeFileSync(config, natsConfig(port, folder));
      return ['nats-server', '-c', config];
    },
  }),
};

function natsConfig(port: number, folder: string): string {
  return `
listen: "127.0.0.1:-1"
websocket { listen: "127.0.0.1:${port}", no_tls: true }
jetstream { store_dir: "${folder}/jetstream" }
`;
}

/** nginx with the nchan module: one worker, since it gets one core. */
export const nchan: Target = {
  name: 'nginx nchan',
  wire: plainWire,
  missing: () => missingProgram('nginx') ?? (existsSync(NCHAN_MODULE) ? null : 'the nchan module is not installed'),
  launch: (port) => ({
    command: (folder) => {
      mkdirSync(join(folder, 'logs'));
      const config = join(folder, 'nginx.conf');
      writeFileSync(config, nchanConfig(port, folder));
      return ['nginx', '-p', folder, '-c', config];
    },
  }),
};

function nchanConfig(port: number, folder: string): string {
  return `
load_module ${NCHAN_MODULE};
daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log warn;
events { worker_connections 19000; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  nchan_shared_memory_size 256M;
  nchan_message_buffer_length 100;
  nchan_message_timeout 300s;
  server {
    listen 127.0.0.1:${port};
    location = /subscribe { nchan_subscriber websocket; nchan_channel_id all; }
    location = /publish { nchan_publisher websocket; nchan_channel_id all; }
  }
}
`;
}
