import { type AckedPlan, type AckedResult, type Hearers, runAcked } from '../load/acked.ts';
import { banyanWithPeople } from '../targets/banyan.ts';
import { socketIo } from '../targets/peers.ts';
import { dataWithPeople, makeRoom, type Person } from '../targets/people.ts';
import type { ServerProcess } from '../targets/server-process.ts';
import { withServer } from '../targets/target.ts';
import { chatWire } from '../wires/centrifuge.ts';
import { socketIoWire } from '../wires/socket-io.ts';
import { CpuMeter, type CpuShares, disturbance } from './cpu-meter.ts';
import { count, ms, percent, ratio, spread } from './format.ts';
import { type Measured, measureEach, medianBy, resultsOf } from './rounds.ts';
import type { Goal, Scenario, Section, Settings } from './scenario.ts';

const PEOPLE = 40;
const ROOM_SIZE = 4;
const IN_FLIGHT = 200;
const PAYLOAD_BYTES = 128;
const GOAL_RATE = 20_000;

type Run = { readonly result: AckedResult; readonly cpu: CpuShares };

export const chatSend: Scenario = {
  name: 'chat-send',
  summary: 'people sending messages to rooms: permission check, durable write, fan-out to the members',
  run: async (settings) => [await section(settings)],
};

const perSecond = ({ result }: Run) => result.acked / result.seconds;

async function section(settings: Settings): Promise<Section> {
  const all = await measureEach(
    [banyanWithPeople, socketIo],
    (target) => (target === banyanWithPeople ? sendAsPeople(settings) : publishToPeer(settings)),
    settings.rounds,
  );
  const first = all[0];
  const ours = first?.kind === 'results' ? medianBy(first.results, perSecond) : null;
  return {
    title: 'chat.send',
    method:
      `${PEOPLE} signed-in people in ${PEOPLE / ROOM_SIZE} rooms of ${ROOM_SIZE} send messages of ${PAYLOAD_BYTES - 2} characters, ` +
      `${IN_FLIGHT} in flight over all. Each passes the check of membership, is on disk before its ack, and goes to all members. ` +
      'Socket.IO forwards to rooms of the same size and neither checks nor keeps anything.',
    columns: [
      'server',
      'messages/s',
      'rounds',
      'ack p50 ms',
      'ack p99 ms',
      'delivery p99 ms',
      'server core',
      'generator core',
      'Banyan ÷ it',
    ],
    rows: all.map((measured) => row(measured, ours)),
    notes: disturbance(resultsOf(all).map(({ cpu }) => cpu)),
    goals: goals(ours),
    broken: all.flatMap(faultsOf),
  };
}

async function sendAsPeople(settings: Settings): Promise<Run> {
  const { folder, people } = await dataWithPeople(PEOPLE);
  const senders = people.slice(0, PEOPLE);
  return withServer(
    banyanWithPeople,
    async (server, port) => {
      // Publisher i writes to room i mod rooms, so each room has every rooms-th person as a member.
      const rooms = PEOPLE / ROOM_SIZE;
      const membersOf = (room: number): Person[] => senders.filter((_, index) => index % rooms === room);
      const channels: string[] = [];
      for (let room = 0; room < rooms; room += 1) channels.push(await makeRoom(port, membersOf(room)));
      const wire = chatWire(senders.map(({ cookie }) => cookie));
      return run({ server, port, settings, wire, channels, kind: 'publishers' });
    },
    { folder },
  );
}

function publishToPeer(settings: Settings): Promise<Run> {
  const channels = Array.from({ length: PEOPLE / ROOM_SIZE }, (_, index) => `room${index}`);
  return withServer(socketIo, (server, port) =>
    run({ server, port, settings, wire: socketIoWire, channels, kind: 'subscribers' }),
  );
}

type Sending = Pick<AckedPlan, 'port' | 'wire' | 'channels'> &
  Pick<Hearers, 'kind'> & {
    readonly server: ServerProcess;
    readonly settings: Settings;
  };

async function run({ server, settings, kind, ...load }: Sending): Promise<Run> {
  const meter = new CpuMeter(server);
  const result = await runAcked({
    ...load,
    hearers: { kind, perChannel: ROOM_SIZE },
    publishers: PEOPLE,
    pace: { kind: 'window', inFlight: IN_FLIGHT },
    payloadBytes: PAYLOAD_BYTES,
    warmSecs: settings.warmSecs,
    secs: settings.secs,
    onMeasuring: meter.measuring,
  });
  return { result, cpu: meter.shares };
}

function row(measured: Measured<Run>, ours: Run | null): string[] {
  if (measured.kind === 'none') return [measured.target.name, measured.why];
  const median = medianBy(measured.results, perSecond);
  return [
    measured.target.name,
    count(perSecond(median)),
    spread(measured.results.map(perSecond)),
    ms(median.result.ackLatency.quantile(0.5)),
    ms(median.result.ackLatency.quantile(0.99)),
    ms(median.result.deliveryLatency.quantile(0.99)),
    percent(median.cpu.server),
    percent(median.cpu.generator),
    ratio(ours && perSecond(ours), perSecond(median)),
  ];
}

function goals(ours: Run | null): Goal[] {
  if (ours === null) return [];
  const rate = perSecond(ours);
  return [{ promise: `≥ ${count(GOAL_RATE)} messages/s`, reached: count(rate), met: rate >= GOAL_RATE }];
}

function faultsOf(measured: Measured<Run>): string[] {
  return resultsOf([measured])
    .filter(({ result }) => result.refused !== 0 || result.missing !== 0)
    .map(
      ({ result }) => `${measured.target.name}: ${result.refused} messages refused, ${result.missing} not delivered`,
    );
}
