import { StartError } from '../../app/start-error.ts';
import { fileLimit } from '../../runtimes/bun/file-limit.ts';
import { WireError } from '../../wire-clients/wire-client.ts';
import { leadsHere } from '../deployment/here.ts';
import { findOut } from '../deployment/ready.ts';
import { whole as count } from '../figures.ts';
import { localPorts } from '../linux.ts';
import type { BenchOptions } from './options.ts';
import type { Run } from './run.ts';

/** Published once before a run, to check permissions. It belongs to no run. */
const TRIAL = 'banyan bench: a trial;';
/** Files this process needs for itself. */
const OWN_FILES = 64;
const NOBODY = { onPublications: () => undefined, onClose: () => undefined };

/** Throws `StartError` if the deployment is on another machine, without the flag that allows it. */
export async function requireConsent({ url, '--yes': agreed }: BenchOptions): Promise<void> {
  if (agreed || (await leadsHere(url))) return;
  const { host } = new URL(url);
  throw new StartError(`${host} is another machine, and a load test disturbs its users; if you may, say --yes`);
}

/** Throws `StartError` if this machine cannot open this many connections to one server. */
export function requireRoom(options: BenchOptions): void {
  const scenario = options['--scenario'];
  const publishers = scenario === 'fan-out' || scenario === 'publish' ? options['--publishers'] : 1;
  const wanted = publishers + (scenario === 'publish' ? 0 : options['--connections']);
  const files = fileLimit();
  if (files !== undefined && wanted + OWN_FILES > files) {
    throw new StartError(
      `${count(wanted)} connections need more open files than the ${count(files)} that this process may have; raise them with "ulimit -n"`,
    );
  }
  const ports = localPorts();
  if (ports !== undefined && wanted > ports) {
    throw new StartError(
      `${count(wanted)} connections to one address are more than this machine has ports for (${count(ports)}, net.ipv4.ip_local_port_range)`,
    );
  }
}

/**
 * Runs each kind of client once: the run does not start if one of them fails.
 *
 * @throws StartError with the reason, and what would help.
 */
export async function tryOut({ options, client, channel }: Run): Promise<void> {
  const found = await findOut(options.url);
  if (found.kind === 'unreachable') throw new StartError(`${options.url} cannot be reached: ${found.why}`);
  const doing = { connecting: `to subscribe to ${channel}`, publishing: `to publish in ${channel}` };
  let step: keyof typeof doing = 'connecting';
  try {
    const scenario = options['--scenario'];
    if (scenario !== 'publish') (await client.subscribe(channel, NOBODY)).close();
    step = 'publishing';
    if (scenario === 'connect') return;
    const publisher = await client.publisher(() => undefined);
    if (scenario !== 'reconnect' || options['--protocol'] !== 'pusher')
      await publisher.publish(channel, JSON.stringify(TRIAL.padEnd(options['--size'] - 2, 'x')));
    publisher.close();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new StartError(
      whyNot(error, { options, doing: doing[step], found: found.kind === 'other' ? found.what : undefined }),
    );
  }
}

type PreflightContext = {
  readonly options: BenchOptions;
  readonly doing: string;
  /** What the deployment is, if not Banyan. */
  readonly found: string | undefined;
};

function whyNot({ fault, message }: WireError, { options, doing, found }: PreflightContext): string {
  const { url, '--protocol': protocol } = options;
  if (found !== undefined && fault !== 'denied') return `${url} is not Banyan: ${found}`;
  if (message.startsWith('closed 1009') || message === 'HTTP 413') {
    return `${url} takes no publication of --size ${options['--size']} (${message}): its setting maxFrameBytes, or a proxy, says how much it takes`;
  }
  switch (fault) {
    case 'unreachable':
      return `${url} takes no ${protocol} clients: ${message}; "doctor ${url}" says more`;
    case 'foreign':
      return `${url} does not speak ${protocol} (${message})${protocol === 'pusher' ? '; has it an app with this key?' : ''}`;
    case 'denied':
      return `${url} does not allow it ${doing} (${message}); ${remedy(options)}`;
    case 'refused':
      return `${url} refuses ${doing} (${message})`;
    case 'closed':
      return `${url} closed the connection when asked ${doing} (${message})`;
    case 'timeout':
      return `${url} does not answer when asked ${doing} (${message})`;
    default:
      return fault satisfies never;
  }
}

function remedy(options: BenchOptions): string {
  if (options['--protocol'] === 'pusher') return 'are --app-key and --app-secret those of an app of its settings?';
  if (options['--token'] === '')
    return 'give a --token, or a --namespace that lets everyone in while clientAnonymous is on';
  return "does the token hold, and do the namespace's settings let its user in?";
}
