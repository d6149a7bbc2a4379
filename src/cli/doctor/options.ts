import { SETTINGS } from '../../app/config.ts';
import { flagOf, KEYS } from '../../app/config-sources.ts';
import { StartError } from '../../app/start-error.ts';
import { originOf } from '../deployment/origin.ts';
import {
  type OptionTable,
  type OptionValues,
  readOptions,
  seconds,
  splitFlag,
  text,
  toggle,
  whole,
} from '../options.ts';

export const DOCTOR_OPTIONS = {
  '--connections': whole({ min: 1, max: 10_000_000, default: 10_000 }, 'connections that this machine shall hold'),
  '--token': text('TOKEN', 'connection token (JWT) with which to try out streams'),
  '--namespace': text('NAME', 'namespace in which to try them', 'demo'),
  '--idle': seconds(
    { min: 0, max: 3_600, default: 0 },
    'how long to hold lines without a word, for timeouts of proxies',
  ),
  '--clock': text('URL', 'a server whose clock is right, to compare this one with'),
  '--here': toggle('with a URL elsewhere: look at this machine too'),
  '--full': toggle('check the database also when it is large'),
  '--json': toggle('the findings as JSON'),
} as const satisfies OptionTable;

export type DoctorOptions = OptionValues<typeof DOCTOR_OPTIONS> & {
  readonly url: string | undefined;
  /** Flags of settings, as for `serve`. */
  readonly settings: readonly string[];
};

const TOGGLES = new Set(KEYS.filter((key) => typeof SETTINGS[key].default === 'boolean').map(flagOf));

/** Its own options, the URL, and flags of settings, in any order. Throws `StartError`. */
export function readDoctorOptions(args: readonly string[]): DoctorOptions {
  const own: string[] = [];
  const settings: string[] = [];
  const operands: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] as string;
    const [flag, value] = splitFlag(arg);
    const option: OptionTable[keyof OptionTable] | undefined = (DOCTOR_OPTIONS as OptionTable)[flag as `--${string}`];
    if (!arg.startsWith('-')) {
      operands.push(arg);
      continue;
    }
    const list = option === undefined ? settings : own;
    list.push(arg);
    const takesValue = option === undefined ? !TOGGLES.has(flag) : option.takes !== undefined;
    const next = args[index + 1];
    if (value !== undefined || !takesValue || next === undefined) continue;
    list.push(next);
    index += 1;
  }
  const [url, more] = operands;
  if (more !== undefined) throw new StartError(`unexpected argument ${JSON.stringify(more)}`);
  const { values } = readOptions(DOCTOR_OPTIONS, own);
  if (values['--clock'] !== '' && !/^https?:$/.test(URL.parse(values['--clock'])?.protocol ?? '')) {
    throw new StartError(`--clock must be an http(s) address, not ${JSON.stringify(values['--clock'])}`);
  }
  return { ...values, url: url === undefined ? undefined : originOf(url), settings };
}
