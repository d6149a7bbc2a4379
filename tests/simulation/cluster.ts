import { type Principal, userOf } from '../../src/core/access/principal.ts';
import type { NodeMessage } from '../../src/core/bus/node-messages.ts';
import { Namespaces } from '../../src/core/channels/namespaces.ts';
import { DisconnectError } from '../../src/core/disconnects.ts';
import { Node } from '../../src/core/node/node.ts';
import type { ChannelPolicy } from '../../src/core/operations/feature.ts';
import type { Fields, LogLevel } from '../../src/ports/telemetry.ts';
import { centrifugeJson } from '../../src/protocols/centrifuge/protocol.ts';
import { FaultyBuses, type NodeBus } from './faulty-bus.ts';
import { FaultyLog, RecordedLog, SIMULATED_FAILURE } from './faulty-log.ts';
import { NAMESPACES } from './namespaces.ts';
import { type LineFault, SimFanout, SimSocket, type SocketEvents } from './network.ts';
import { BACKLOG, type Plan } from './plan.ts';
import { Rights } from './rights.ts';
import type { Sabotage } from './sabotage.ts';
import { Truth } from './truth.ts';
import type { World } from './world.ts';

/** One process and the clients connected to it. */
export type SimNode = {
  readonly name: string;
  readonly node: Node;
  readonly fanout: SimFanout;
  readonly bus: NodeBus;
  readonly sockets: Map<SimSocket, Principal>;
  /** How many removals of each right it was notified of. */
  readonly heard: Map<string, number>;
};

const SOUND_LINE: LineFault = (frame) => [frame];

/** Everything except clients: nodes, the log and the bus between them, and the permissions. */
export class Cluster {
  readonly world: World;
  readonly plan: Plan;
  readonly truth = new Truth();
  readonly rights = new Rights();
  readonly log: FaultyLog;
  readonly buses: FaultyBuses;
  readonly nodes: SimNode[] = [];
  /** Channels whose history is being removed. */
  readonly removing = new Set<string>();
  readonly #sabotage: Sabotage;
  #started = 0;

  constructor(world: World, plan: Plan, sabotage: Sabotage) {
    this.world = world;
    this.plan = plan;
    this.#sabotage = sabotage;
    this.log = new FaultyLog(world, this.truth, plan.log);
    this.buses = new FaultyBuses(world, plan.bus, plan.nodes > 1);
    for (let index = 0; index < plan.nodes; index += 1) this.nodes.push(this.#start());
  }

  get someNode(): SimNode {
    return this.world.random.pick(this.nodes);
  }

  /** Opens a client's socket at some node. */
  accept(principal: Principal, events: SocketEvents): { readonly at: SimNode; readonly socket: SimSocket } {
    const at = this.someNode;
    const fault = this.#sabotage.line?.(this.world.random) ?? SOUND_LINE;
    const socket = new SimSocket(this.world, { fanout: at.fanout, events, fault });
    socket.session = at.node.open({ connection: socket, protocol: centrifugeJson, principal, address: '' });
    socket.backlogLimit = BACKLOG;
    at.sockets.set(socket, principal);
    return { at, socket };
  }

  /** From now on nothing fails. */
  heal(): void {
    this.buses.heal();
    this.log.heal();
  }

  /** Kills the process; another one replaces it. */
  kill(victim: SimNode): void {
    this.world.note(`${victim.name} is killed`);
    this.#replace(victim);
    this.#silence(victim);
  }

  /** Stops the process cleanly; another one replaces it at once. */
  drain(old: SimNode): void {
    this.world.note(`${old.name} drains`);
    this.#replace(old);
    old.node.drain().then(() => this.#silence(old));
  }

  /** A feature removes the user from the channel. */
  removeMember(user: string, channel: string): void {
    this.world.note(`${user} is removed from ${channel}`);
    this.rights.remove(user, channel);
    this.someNode.node.unsubscribeUser(user, channel);
  }

  addMember(user: string, channel: string): void {
    this.world.note(`${user} is added to ${channel}`);
    this.rights.add(user, channel);
    if (channel.startsWith('room:')) this.someNode.node.subscribeUser(user, channel);
  }

  signOut(user: string, device: string): void {
    this.world.note(`${device} is signed out`);
    this.rights.signOut(device);
    this.someNode.node.disconnectUser(user, 'forceDisconnect', device);
  }

  #replace(old: SimNode): void {
    this.nodes[this.nodes.indexOf(old)] = this.#start();
  }

  #silence(dead: SimNode): void {
    void dead.bus.close();
    for (const socket of dead.sockets.keys()) socket.serverDied();
    // Stops its clock; its later output is ignored.
    dead.node.drain().catch(() => undefined);
  }

  #start(): SimNode {
    const { world, plan, truth, log } = this;
    this.#started += 1;
    const name = `node-${this.#started}`;
    const fanout = new SimFanout();
    const heard = this.rights.known();
    const sockets = new Map<SimSocket, Principal>();
    const bus = this.buses.join((message) => this.#hears({ sockets, heard }, message));
    const memory = new RecordedLog(truth, `memory-${this.#started}-`);
    truth.startEpoch('memory', `memory-${this.#started}-0`);
    const telemetry = { record: this.#record, count: () => undefined };
    const node = new Node({
      ...{ name, version: '0', clock: world, telemetry, bus, fanout, limits: plan.limits },
      logs: { memory, durable: this.#sabotage.log?.(log, world) ?? log },
      protocols: [centrifugeJson],
      namespaces: this.#namespaces(),
      openNamespaces: new Set(),
    });
    this.#sabotage.node?.(node, fanout);
    node.start({
      serverChannels: (principal) => this.#roomsOf(principal),
      call: (_name, _context, input) => Promise.resolve(input),
      onPresence: () => undefined,
      verifyToken: () => Promise.reject(new DisconnectError('invalidToken')),
    });
    return { name, node, fanout, bus, sockets, heard };
  }

  #namespaces(): Namespaces {
    const policy: ChannelPolicy = async (principal, _action, channel) => {
      await this.#someTime();
      const isMember = this.rights.isMember(userOf(principal), channel);
      await this.#someTime();
      return isMember;
    };
    return new Namespaces(
      Object.fromEntries(Object.entries(NAMESPACES).map(([name, options]) => [name, { options, policy }])),
    );
  }

  async #roomsOf(principal: Principal): Promise<readonly string[]> {
    await this.#someTime();
    const rooms = this.plan.rooms.filter((room) => this.rights.isMember(userOf(principal), room));
    await this.#someTime();
    return rooms;
  }

  #someTime(): Promise<void> {
    const { random } = this.world;
    return new Promise((resolve) => this.world.after(random.between(0, this.log.latency), resolve));
  }

  /** PE3: a node applies a change of rights before the turn ends. */
  #hears({ sockets, heard }: Pick<SimNode, 'sockets' | 'heard'>, message: NodeMessage): void {
    if (message.kind === 'unsubscribe') {
      const right = `${message.user} ${message.channel}`;
      heard.set(right, (heard.get(right) ?? 0) + 1);
    }
    if (message.kind !== 'disconnect') return;
    this.world.soon(() => {
      for (const [socket, principal] of sockets) {
        if (!socket.isOpen || principal.kind !== 'user' || principal.device !== message.device) continue;
        if (this.rights.isSignedOut(principal.device)) this.truth.fail('PE3', `${principal.device} is still connected`);
      }
    });
  }

  /** Nodes report unexpected errors; the only expected one is a failing log. */
  readonly #record = (level: LogLevel, event: string, { error = '' }: Fields = {}): void => {
    if (level !== 'error' || String(error).includes(SIMULATED_FAILURE)) return;
    this.truth.fail('error record', `${event} ${error}`);
  };
}
