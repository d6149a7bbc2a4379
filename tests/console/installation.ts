import type { Role } from '../../src/contracts/roles.ts';
import type { Principal } from '../../src/core/access/principal.ts';
import { CLOSED_NAMESPACE } from '../../src/core/channels/namespace.ts';
import { ClientError } from '../../src/core/errors.ts';
import type { People } from '../../src/core/operations/feature.ts';
import { createOperations } from '../../src/core/operations/operations.ts';
import { createConsole } from '../../src/features/console/feature.ts';
import { CONSOLE_NAMESPACES } from '../../src/features/console/namespaces.ts';
import type { Count, Fields } from '../../src/ports/telemetry.ts';
import type { Vitals } from '../../src/ports/vitals.ts';
import type { Client } from '../core/client.ts';
import { PLAIN, TestNode } from '../core/node.ts';

const PEOPLE = [
  { id: 'u-ann', handle: 'ann', displayName: 'Ann Lee', role: 'owner', refusesStrangers: false },
] as const;

/** The console over a node without sockets, with only the console's operations. */
export class Installation {
  /** Log records: event and fields. */
  readonly records: (readonly [event: string, fields: Fields | undefined])[] = [];
  readonly counts: Count[] = [];
  readonly nodes: TestNode;
  readonly #operations;

  constructor() {
    const room = { options: { ...CLOSED_NAMESPACE, history: 'durable' }, ofFeature: true } as const;
    this.nodes = new TestNode({
      namespaces: {
        ...CONSOLE_NAMESPACES,
        room,
        board: { options: { ...PLAIN, type: 'map', history: 'memory', historySize: 10 } },
      },
      hooks: { onTick: (now) => console.onTick?.(now) },
    });
    const { node, clock } = this.nodes;
    const telemetry = {
      record: (_level: string, event: string, fields?: Fields) => void this.records.push([event, fields]),
      count: () => undefined,
    };
    const people: People = {
      byHandle: async (handle) => PEOPLE.find((person) => person.handle === handle) ?? null,
      byIds: async () => PEOPLE,
      imitates: async () => false,
      confirm: async () => undefined,
    };
    const vitals: Vitals = {
      counts: () => this.counts,
      process: () => ({ residentBytes: 5_000_000, heapBytes: 2_000_000, cpuSeconds: 1, lagSeconds: 0.004 }),
    };
    const console = createConsole({ clock, telemetry, channels: node }, people, { node, vitals });
    this.#operations = createOperations(console.operations);
  }

  /** Called as the owner, unless another person is given. */
  async call<Answer>(name: string, input: unknown = {}, principal: Principal = OWNER): Promise<Answer> {
    const answer = this.#operations.call(`console.${name}`, { principal, address: '192.0.2.7' }, input);
    answer.catch(() => undefined);
    await this.nodes.clock.settle();
    return answer as Promise<Answer>;
  }

  /** The reason a call is refused. */
  async refusal(name: string, input: unknown, principal?: Principal): Promise<string> {
    try {
      return `answered ${JSON.stringify(await this.call(name, input, principal))}`;
    } catch (error) {
      if (error instanceof ClientError) return error.kind;
      throw error;
    }
  }

  /** Advances the clock by a second. */
  async second(): Promise<void> {
    await this.nodes.clock.pass(1_000);
  }

  connect(principal?: Principal): Promise<Client> {
    return this.nodes.connected(principal);
  }
}

export const principalOf = (user: string, role: Role, device = 'd1'): Principal => ({
  kind: 'user',
  user,
  role,
  device,
});

export const OWNER = principalOf('u-ann', 'owner');
