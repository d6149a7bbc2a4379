import { join } from 'node:path';
import { banyan, ROOT } from '../targets/banyan.ts';
import { nats, socketIo, wsOnNode } from '../targets/peers.ts';
import { newFolder } from '../targets/server-process.ts';
import { type Target, withServer } from '../targets/target.ts';
import { count, mib, ratio } from './format.ts';
import { type Measured, measureEach, medianBy } from './rounds.ts';
import type { Scenario, Section, Settings } from './scenario.ts';

/** Idle time before memory is read: garbage of the start is collected by then. */
const IDLE_MS = 5_000;
const GOAL_MS = 2_000;
const GOAL_BYTES = 120 * 1024 * 1024;

type Start = { readonly ms: number; readonly residentBytes: number };

/** As people start it: `npm start` runs this. */
const started: Target = {
  ...banyan,
  name: 'Banyan (node tools/start.mjs)',
  launch: (port) => ({
    command: (folder) => [
      'node',
      join(ROOT, 'tools/start.mjs'),
      '--port',
      String(port),
      '--data',
      join(folder, 'data'),
    ],
    livePath: '/livez',
  }),
};

export const coldStart: Scenario = {
  name: 'cold-start',
  summary: 'from the command to the first answer, and the memory of a server that does nothing',
  run: async (settings) => [await section(settings)],
};

async function section(settings: Settings): Promise<Section> {
  const all = await measureEach([started, banyan, socketIo, wsOnNode, nats], secondStart, settings.rounds);
  const msOf = ({ ms }: Start) => ms;
  const first = all[0];
  const ours = first?.kind === 'results' ? medianBy(first.results, msOf) : null;
  return {
    title: 'Cold start',
    method:
      'A second start on the same folder, on all cores, from the command until the first answer over HTTP ' +
      `(Banyan: \`/livez\`); then the resident memory of the process and its children after ${IDLE_MS / 1000} idle seconds.`,
    columns: ['server', 'ms', 'rounds', 'idle memory', 'it ÷ Banyan'],
    rows: all.map((measured) => row(measured, ours)),
    notes: [],
    goals: ours === null ? [] : goals(ours, all[1]),
    broken: [],
  };
}

async function secondStart(target: Target): Promise<Start> {
  const options = { folder: newFolder(), unpinned: true };
  await withServer(target, async () => {}, options);
  return withServer(
    target,
    async (server) => {
      await Bun.sleep(IDLE_MS);
      return { ms: server.startedIn, residentBytes: server.residentBytes() };
    },
    options,
  );
}

function row(measured: Measured<Start>, ours: Start | null): string[] {
  if (measured.kind === 'none') return [measured.target.name, measured.why];
  const { ms, residentBytes } = medianBy(measured.results, (start) => start.ms);
  const all = measured.results.map((start) => count(start.ms)).join(', ');
  return [measured.target.name, count(ms), all, mib(residentBytes), ours === null ? '–' : ratio(ms, ours.ms)];
}

function goals(ours: Start, serving: Measured<Start> | undefined) {
  const idle = serving?.kind === 'results' ? (serving.results[0]?.residentBytes ?? 0) : 0;
  return [
    { promise: 'listening ≤ 2 s after the command', reached: `${count(ours.ms)} ms`, met: ours.ms <= GOAL_MS },
    { promise: 'idle process ≤ 120 MB', reached: mib(idle), met: idle > 0 && idle <= GOAL_BYTES },
  ];
}
