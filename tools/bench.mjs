// `npm run bench`: runs bench/main.ts on Bun, on the machine's last core; the servers it starts run on the first.
import { spawn, spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBun } from './setup/bun.mjs';
import { ensurePackages } from './setup/packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

if (process.platform !== 'linux') {
  console.error('npm run bench needs Linux: it reads /proc and makes system calls itself');
  process.exit(1);
}
await ensurePackages(root, { dev: true });
const bun = findBun(root);

const lastCore = cpus().length - 1;
const canPin = lastCore > 0 && spawnSync('taskset', ['--version']).status === 0;
const prefix = canPin ? ['taskset', '-c', String(lastCore)] : [];
const [program, ...args] = [...prefix, bun, join(root, 'bench/main.ts'), ...process.argv.slice(2)];

const bench = spawn(program, args, { cwd: root, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => bench.kill(signal));
bench.on('exit', (code) => process.exit(code ?? 1));
