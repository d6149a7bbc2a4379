import { fillChannels } from '../load/fill.ts';
import { banyan } from '../targets/banyan.ts';
import { newFolder, type ServerProcess } from '../targets/server-process.ts';
import { withServer } from '../targets/target.ts';
import { centrifugeWire } from '../wires/centrifuge.ts';
import { count, mib } from './format.ts';
import { medianBy } from './rounds.ts';
import type { Goal, Scenario, Section, Settings } from './scenario.ts';
import { settledMemory } from './settled-memory.ts';

const PAYLOAD_BYTES = 64;
const GOAL_BYTES = 300;
/** The allowed difference between two measurements of the same start. */
const GOAL_MORE_MS = 50;
const KINDS = [
  { name: 'history in memory', prefix: 'demo:idle-', isKept: false },
  { name: 'history on disk', prefix: 'log:idle-', isKept: true },
] as const;

type Filled = {
  readonly channels: number;
  readonly seconds: number;
  readonly before: number;
  readonly after: number;
};

/** Of starts on a folder: milliseconds until the first response, and resident memory then. */
type Start = { readonly ms: number; readonly residentBytes: number };

export const idleChannels: Scenario = {
  name: 'idle-channels',
  summary: 'a million channels that nobody listens to: memory, and what they cost a start',
  run: async (settings) => [await section(settings)],
};

async function section({ channels, rounds }: Settings): Promise<Section> {
  const rows: string[][] = [];
  const goals: Goal[] = [];
  for (const { name, prefix, isKept } of KINDS) {
    const folder = newFolder();
    const empty = isKept ? await startsOn(folder, rounds) : undefined;
    console.error(`  ${count(channels)} channels, ${name}`);
    const filled = await withServer(banyan, (server, port) => fill(server, { port, prefix, channels }), { folder });
    // Channels in memory are gone when the server restarts.
    const full = isKept ? await startsOn(folder, rounds) : undefined;
    const each = (filled.after - filled.before) / filled.channels;
    rows.push([
      ...[name, count(filled.channels), `${count(each)} bytes`, mib(filled.before), mib(filled.after)],
      ...[count(filled.channels / filled.seconds), msOf(empty), msOf(full)],
      full === undefined ? '–' : mib(full.residentBytes),
    ]);
    const promise = `${name}: < ${GOAL_BYTES} bytes a channel`;
    goals.push({ promise, reached: `${count(each)} bytes`, met: each < GOAL_BYTES });
    if (empty === undefined || full === undefined) continue;
    const more = full.ms - empty.ms;
    const start = `a start takes no longer with them (± ${GOAL_MORE_MS} ms)`;
    goals.push({ promise: start, reached: `${count(more)} ms`, met: more <= GOAL_MORE_MS });
  }
  return {
    title: 'Idle channels',
    method:
      `One publication of ${PAYLOAD_BYTES} bytes into each of ${count(channels)} channels that nobody listens to; resident ` +
      'memory before and after, each time once it has settled (nobody asks for a collection of garbage). Then the server is ' +
      'started again on the same folder: medians of the time until it answers, with an empty folder and with that one.',
    columns: [
      ...['channels', 'number', 'memory each', 'without them', 'with them'],
      ...['publications/s', 'start, empty', 'start, with them', 'memory then'],
    ],
    rows,
    notes: [],
    goals,
    broken: [],
  };
}

function msOf(start: Start | undefined): string {
  return start === undefined ? '–' : `${count(start.ms)} ms`;
}

type Filling = { readonly port: number; readonly prefix: string; readonly channels: number };

async function fill(server: ServerProcess, filling: Filling): Promise<Filled> {
  const before = await settledMemory(server);
  const filled = await fillChannels({ ...filling, wire: centrifugeWire, payloadBytes: PAYLOAD_BYTES });
  return { ...filled, before, after: await settledMemory(server) };
}

async function startsOn(folder: string, rounds: number): Promise<Start> {
  const starts: Start[] = [];
  // The first start creates the database, and is not counted.
  for (let round = 0; round <= rounds; round += 1) {
    const start = await withServer(
      banyan,
      async (server) => ({ ms: server.startedIn, residentBytes: server.residentBytes() }),
      { folder },
    );
    if (round > 0) starts.push(start);
  }
  return medianBy(starts, ({ ms }) => ms);
}
