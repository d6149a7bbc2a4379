/**
 * Records the exchanges between the Python package `cent` and a server, for tests/interop/cent.test.ts:
 *
 *   python3 -m venv /tmp/cent && /tmp/cent/bin/pip install cent==5.1.0
 *   npx bun tests/interop/cent/record.ts /tmp/cent/bin/python > tests/interop/cent/exchanges.json
 */
import { fileURLToPath } from 'node:url';
import { startCentServer } from './server.ts';

const [python = 'python3'] = process.argv.slice(2);
const SCRIPT = fileURLToPath(new URL('record.py', import.meta.url));

const { server, key, stop } = await startCentServer();
try {
  const version = Bun.spawnSync([python, '-c', 'from importlib.metadata import version; print(version("cent"))']);
  const command = [python, SCRIPT, `${server.url}/api`, key, version.stdout.toString().trim()];
  const recorded = Bun.spawnSync(command, { stderr: 'inherit' });
  if (recorded.exitCode !== 0) process.exitCode = 1;
  process.stdout.write(recorded.stdout);
} finally {
  await stop();
}
