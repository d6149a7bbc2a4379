import { idle, inWaves, join } from '../load/join.ts';
import type { Line } from '../load/socket.ts';
import { banyanSocketIo, banyanWithPeople } from '../targets/banyan.ts';
import { bunTopics, socketIo, wsOnNode } from '../targets/peers.ts';
import { dataWithPeople } from '../targets/people.ts';
import type { ServerProcess } from '../targets/server-process.ts';
import { type Target, withServer } from '../targets/target.ts';
import { chatWire } from '../wires/centrifuge.ts';
import type { Wire } from '../wires/wire.ts';
import { count, kib, mib, ratio } from './format.ts';
import { type Measured, measureEach } from './rounds.ts';
import type { Scenario, Section, Settings } from './scenario.ts';
import { settledMemory } from './settled-memory.ts';

const PEOPLE = 100;
const GOAL_BYTES = 6 * 1024;
const GOAL_IDLE_BYTES = 120 * 1024 * 1024;

type Memory = { readonly before: number; readonly after: number; readonly closed: number };

export const idleMemory: Scenario = {
  name: 'idle-memory',
  summary: 'memory of the server process for each idle, signed-in connection',
  run: async (settings) => [await section(settings)],
};

async function section(settings: Settings): Promise<Section> {
  const connections = settings.clients.idle;
  const all = await measureEach([banyanWithPeople, banyanSocketIo, bunTopics, wsOnNode, socketIo], (target) =>
    target === banyanWithPeople ? ofBanyan(connections) : ofPeer(target, connections),
  );
  const each = ({ before, after }: Memory) => (after - before) / connections;
  const memoryOf = (wanted: Target) => {
    const measured = all.find(({ target }) => target === wanted);
    return measured?.kind === 'results' ? measured.results[0] : undefined;
  };
  const [ours, here, there] = [memoryOf(banyanWithPeople), memoryOf(banyanSocketIo), memoryOf(socketIo)];
  return {
    title: 'Memory of idle connections',
    method:
      `Resident memory of the server process before and after ${count(connections)} WebSocket connections that only answer ` +
      `pings, each time once it has settled. Banyan's are signed in as one of ${PEOPLE} people by cookie and in that ` +
      "person's own channels; the peers' are anonymous. The servers on Node are asked to collect garbage, Banyan is not.",
    columns: ['server', 'a connection', 'without connections', 'with them', 'it ÷ Banyan'],
    rows: all.map((measured) => {
      const memory = measured.kind === 'results' ? measured.results[0] : undefined;
      if (memory === undefined) return [measured.target.name, measured.kind === 'none' ? measured.why : ''];
      return [
        measured.target.name,
        kib(each(memory)),
        mib(memory.before),
        mib(memory.after),
        ours === undefined ? '–' : ratio(each(memory), each(ours)),
      ];
    }),
    notes: [],
    goals:
      ours === undefined
        ? []
        : [
            { promise: '≤ 6 KB a connection', reached: kib(each(ours)), met: each(ours) <= GOAL_BYTES },
            { promise: 'idle process ≤ 120 MB', reached: mib(ours.before), met: ours.before <= GOAL_IDLE_BYTES },
            ...(here === undefined || there === undefined
              ? []
              : [
                  {
                    promise: 'Socket.IO clients: ≤ half of their own server',
                    reached: ratio(each(here), each(there)),
                    met: each(here) <= each(there) / 2,
                  },
                ]),
          ],
    broken: all.flatMap((measured) => closedOf(measured)),
  };
}

function closedOf(measured: Measured<Memory>): string[] {
  const closed = measured.kind === 'results' ? (measured.results[0]?.closed ?? 0) : 0;
  return closed === 0 ? [] : [`${measured.target.name} closed ${closed} idle connections`];
}

async function ofBanyan(connections: number): Promise<Memory> {
  const { folder, people } = await dataWithPeople(PEOPLE);
  const wire = chatWire(people.map(({ cookie }) => cookie));
  const roleOf = (index: number) => wire.publisher('', index % people.length);
  return withServer(banyanWithPeople, (server, port) => grow({ server, port, wire, connections, roleOf }), { folder });
}

function ofPeer(target: Target, connections: number): Promise<Memory> {
  const { wire } = target;
  const roleOf = () => wire.publisher('', 0);
  return withServer(target, (server, port) => grow({ server, port, wire, connections, roleOf }));
}

type Growing = {
  readonly server: ServerProcess;
  readonly port: number;
  readonly wire: Wire;
  readonly connections: number;
  readonly roleOf: (index: number) => ReturnType<Wire['publisher']>;
};

async function grow({ server, port, wire, connections, roleOf }: Growing): Promise<Memory> {
  const before = await settledMemory(server);
  let closed = 0;
  let open: Line[] = [];
  try {
    open = await inWaves(connections, async (index) => {
      const socket = await join(port, roleOf(index), wire);
      socket.handOver(
        idle(socket, wire, () => {
          closed += 1;
        }),
      );
      return socket;
    });
    return { before, after: await settledMemory(server), closed };
  } finally {
    for (const socket of open) socket.cut();
  }
}
