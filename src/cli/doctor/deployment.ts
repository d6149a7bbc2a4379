import type { Config } from '../../app/config.ts';
import { networkErrorText } from '../deployment/network-error.ts';
import { type Found, findOut } from '../deployment/ready.ts';
import { ms } from '../figures.ts';
import { certificateFinding } from './certificate.ts';
import { clockComparison } from './clock.ts';
import { type Finding, fail, ok, skip, warn } from './finding.ts';
import { idleFindings } from './idle.ts';
import { pollFinding, streamFinding, type Trial } from './lines.ts';
import type { DoctorOptions } from './options.ts';
import { bodyFinding, compressionFinding, forwardingFinding } from './proxy.ts';
import type { Report } from './report.ts';
import { socketFindings } from './sockets.ts';

const PINGS = 7;
const SLOW_MS = 250;
/** A database with a higher latency is overloaded. */
const SLOW_CHECK_MS = 250;
const ANSWER_MS = 10_000;

export type DeploymentLook = {
  readonly url: string;
  readonly options: DoctorOptions;
  /** The server's settings, if it runs on this machine. */
  readonly config: Config | undefined;
};

/** Checks a deployment as its clients reach it, by this URL, through any proxies. */
export async function checkDeployment({ url, options, config }: DeploymentLook, report: Report): Promise<void> {
  const found = await findOut(url);
  if (url.startsWith('https:')) report.add(await certificateFinding(url));
  if (found.kind !== 'banyan') return report.add(absence(url, found));
  const trial: Trial = { url, token: options['--token'], channel: `${options['--namespace']}:doctor` };
  // One after another: timed checks must not be disturbed.
  report.add(readiness(found));
  report.add(await liveness(url));
  report.add(await roundTrip(url));
  report.add(await clockComparison('clock', `${url}/livez`));
  report.add(...(await socketFindings(trial)));
  report.add(await streamFinding(trial));
  report.add(await pollFinding(trial));
  report.add(...(await idleFindings(trial, options['--idle'])));
  report.add(await forwardingFinding(url, config));
  report.add(await bodyFinding(url));
  report.add(await compressionFinding(url));
}

function absence(url: string, found: Exclude<Found, { kind: 'banyan' }>): Finding {
  if (found.kind === 'unreachable') {
    return fail('reachable', `no: ${found.why}`, `is the server started, and does ${url} lead to it?`);
  }
  return fail(
    'reachable',
    `another server answers, not Banyan: ${found.what}`,
    `let the proxy pass everything at ${url} on to Banyan, /readyz too`,
  );
}

function readiness({ status, checks }: Extract<Found, { kind: 'banyan' }>): Finding {
  const each = Object.entries(checks).map(([name, check]) => `${name} ${check.ok ? `${ms(check.ms)} ms` : 'FAIL'}`);
  const found = [status, ...each].join(', ');
  const name = 'readyz';
  if (status === 'degraded') {
    return warn(
      name,
      'degraded: stored data is damaged',
      'stop the server and run "repair"; its log says what is damaged',
    );
  }
  if (status !== 'ready')
    return fail(
      name,
      found,
      status === 'failing' ? 'look at the database: its disk, and the log of the server' : 'wait until it is ready',
    );
  if (Object.values(checks).some((check) => check.ms > SLOW_CHECK_MS)) {
    return warn(name, found, 'the database is slow to answer: has its disk too much to do? "doctor" there measures it');
  }
  return ok(name, found);
}

async function liveness(url: string): Promise<Finding> {
  const response = await fetch(`${url}/livez`, { redirect: 'manual', signal: AbortSignal.timeout(ANSWER_MS) }).catch(
    networkErrorText,
  );
  if (typeof response === 'string') return fail('livez', response, 'let the proxy pass /livez on');
  return response.ok
    ? ok('livez', 'it serves')
    : fail('livez', `status ${response.status}`, 'let the proxy pass /livez on');
}

async function roundTrip(url: string): Promise<Finding> {
  const times: number[] = [];
  try {
    // The first one also opens the connection.
    for (let count = 0; count <= PINGS; count += 1) {
      const start = performance.now();
      await (await fetch(`${url}/livez`, { signal: AbortSignal.timeout(ANSWER_MS) })).text();
      if (count > 0) times.push(performance.now() - start);
    }
  } catch (error) {
    return skip('round trip', networkErrorText(error));
  }
  times.sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)] as number;
  const found = `${ms(median)} ms (median), ${ms(times.at(-1) as number)} ms at most`;
  if (median <= SLOW_MS) return ok('round trip', found);
  return warn('round trip', found, 'every message pays half of it each way: is there a server nearer to its people?');
}
