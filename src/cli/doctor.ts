import type { Config } from '../app/config.ts';
import { readFlags } from '../app/config-sources.ts';
import { loadConfig } from '../app/load-config.ts';
import { StartError } from '../app/start-error.ts';
import { type Command, processSources } from './command.ts';
import { leadsHere } from './deployment/here.ts';
import { clockComparison, clockFinding, thisMoment } from './doctor/clock.ts';
import { dataFindings } from './doctor/data-folder.ts';
import { checkDeployment } from './doctor/deployment.ts';
import { fail, skip } from './doctor/finding.ts';
import { machineFindings } from './doctor/machine.ts';
import { DOCTOR_OPTIONS, type DoctorOptions, readDoctorOptions } from './doctor/options.ts';
import { portFinding, settingsFindings, versionFindings } from './doctor/program.ts';
import { JsonReport, type Report, TextReport } from './doctor/report.ts';
import { optionsHelp } from './options.ts';

export const doctor: Command = {
  summary: 'Checks what a deployment stands on; doctor --help tells how.',
  help: `Checks what a deployment stands on, and says what to change.

  node tools/start.mjs doctor [URL] [options] [settings as for serve]

Without a URL: this machine, the settings and the data folder. With one: how the
deployment is for those who come to it there, through proxies, and this machine
too where the URL leads to it. Nothing is changed, and a server that runs is not
disturbed. The exit code is 1 when something is to be mended.

Options:
${optionsHelp(DOCTOR_OPTIONS)}`,
  run: async (args) => {
    const options = readDoctorOptions(args);
    const loaded = loadedConfig(options);
    const report = options['--json'] ? new JsonReport(console.log) : new TextReport(console.log, isColoured());
    await look(options, loaded, report);
    return report.end() ? 1 : 0;
  },
};

async function look(options: DoctorOptions, loaded: Loaded, report: Report): Promise<void> {
  const start = thisMoment();
  const { url } = options;
  const isHere = url === undefined || options['--here'] || (await leadsHere(url));
  report.begin('This machine');
  report.add(...versionFindings());
  if (isHere) checkMachine(options, loaded, report);
  else report.add(skip('the rest', 'not looked at, as the URL leads elsewhere; --here does'));
  if (isHere && 'config' in loaded) await checkServer(loaded.config, options, report);
  if (url !== undefined) {
    report.begin(url);
    await checkDeployment({ url, options, config: isHere && 'config' in loaded ? loaded.config : undefined }, report);
  }
  report.begin('Clock');
  report.add(clockFinding(start));
  if (options['--clock'] !== '') report.add(await clockComparison('clock there', options['--clock']));
}

type Loaded = { readonly config: Config } | { readonly problem: string };

/** Invalid settings are a finding; an unknown flag is an error. Throws `StartError` for that. */
function loadedConfig({ settings }: DoctorOptions): Loaded {
  readFlags(settings);
  try {
    return { config: loadConfig(processSources(settings)).config };
  } catch (error) {
    if (error instanceof StartError) return { problem: error.message };
    throw error;
  }
}

function checkMachine(options: DoctorOptions, loaded: Loaded, report: Report): void {
  report.add(...machineFindings(options['--connections']));
  if (!('problem' in loaded)) return;
  report.begin('Settings');
  const remedy = 'mend this one; docs/config.md says what each may be. Port and data are looked at once they hold';
  report.add(fail('settings', loaded.problem, remedy));
}

async function checkServer(config: Config, options: DoctorOptions, report: Report): Promise<void> {
  report.begin('Settings');
  report.add(...settingsFindings(config), await portFinding(config));
  report.begin('Data');
  report.add(...dataFindings(config.data, options['--full']));
}

function isColoured(): boolean {
  return process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
}
