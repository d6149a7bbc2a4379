import { actRandomly, type Scene } from './acts.ts';
import { SimClient } from './client.ts';
import { Cluster } from './cluster.ts';
import { drawPlan } from './plan.ts';
import { Random } from './random.ts';
import { NO_SABOTAGE, type Sabotage } from './sabotage.ts';
import { World } from './world.ts';

/** The result of one schedule. */
export type Outcome = {
  readonly seed: number;
  /** The first broken guarantee, with its rule's number. */
  readonly violation: string | undefined;
  /** What happened, in order. */
  readonly notes: readonly string[];
};

/** Runs the schedule of this seed: random acts, then a quiet phase in which every guarantee must be met. */
export function runSchedule(seed: number, sabotage: Sabotage = NO_SABOTAGE): Outcome {
  const world = new World(new Random(seed));
  const plan = drawPlan(world.random);
  const cluster = new Cluster(world, plan, sabotage);
  const { truth } = cluster;
  const clients = Array.from({ length: plan.clients }, (_, index) => {
    return new SimClient(cluster, `client-${index + 1}`, world.random.pick(plan.users));
  });
  world.note(JSON.stringify(plan));
  const scene = { cluster, clients };
  for (const phase of [trouble, peace, disconnectAll]) {
    for (const _step of phase(scene)) if (truth.violation !== undefined) break;
    if (truth.violation !== undefined) break;
  }
  return { seed, violation: truth.violation, notes: world.notes };
}

/** Steps; the oracle checks between them. */
type Phase = Generator<void, void>;

function* trouble(scene: Scene): Phase {
  const { world, plan } = scene.cluster;
  for (const client of scene.clients) client.connect();
  for (let act = 0; act < plan.acts; act += 1) {
    actRandomly(scene);
    world.run(world.random.between(0, plan.pause));
    yield;
  }
}

/** Nothing fails any more. All clients reconnect, and one more publication per channel reveals losses. */
function* peace(scene: Scene): Phase {
  const { world, plan } = scene.cluster;
  world.note('peace');
  heal(scene);
  world.run(10_000);
  yield;
  if (!scene.cluster.buses.hasLost && scene.cluster.truth.epochs === 1) checkReaders(scene);
  for (const channel of [...plan.channels, ...plan.clubs, ...plan.rooms]) {
    world.note(`the last publication in ${channel}`);
    scene.cluster.someNode.node
      .publish(channel, JSON.stringify(lastOf(channel)))
      .catch((error) => scene.cluster.truth.fail('AC4', `${lastOf(channel)} was refused: ${error}`));
    world.run(10);
  }
  world.run(5_000);
  yield;
  checkReaders(scene);
  checkLast(scene);
  yield;
}

const lastOf = (channel: string) => `last@${channel}#1`;

function heal({ cluster, clients }: Scene): void {
  cluster.heal();
  for (const client of clients) {
    client.latency = 5;
    if (client.link !== undefined) client.link.socket.latency = 5;
    cluster.rights.signIn(client.name);
    for (const channel of cluster.plan.clubs) {
      const reader = client.reader(channel);
      reader.isWanted = cluster.rights.isMember(client.user, channel);
      if (client.isConnected) client.subscribe(reader);
    }
    client.connect();
  }
}

/** All clients have read everything. */
function checkReaders({ cluster, clients }: Scene): void {
  const { truth, rights, plan } = cluster;
  for (const client of clients) {
    if (!client.isConnected) truth.fail('connection', `${client.name} cannot connect`);
    for (const reader of client.readers.values()) if (reader.isWanted) reader.checkEnd();
    for (const channel of plan.rooms) {
      if (rights.isMember(client.user, channel)) client.reader(channel).checkEnd();
      else if (client.reader(channel).state === 'in') truth.fail('PE3', `${client.name} is in ${channel}`);
    }
  }
}

function checkLast({ cluster, clients }: Scene): void {
  const { truth } = cluster;
  truth.checkAcks();
  for (const { links, readers } of clients) {
    for (const { name, sent } of links) for (const texts of sent.values()) truth.checkOrder(name, texts);
    for (const reader of readers.values()) if (reader.isWanted) reader.checkLast(lastOf(reader.channel));
  }
}

/** All clients disconnect, and the nodes must keep nothing of them. */
function* disconnectAll({ cluster, clients }: Scene): Phase {
  const { world, truth, nodes } = cluster;
  for (const client of clients) {
    client.isOnline = false;
    client.cut(world.random.chance(0.8));
  }
  world.run(20_000);
  for (const { name, node, fanout } of nodes) {
    const kept = [node.connections, node.hub.size, fanout.topics.size];
    if (kept.some((count) => count > 0)) truth.fail('leak', `${name} keeps ${kept} connections, channels and topics`);
  }
  yield;
}
