import type { SimClient } from './client.ts';
import type { Cluster } from './cluster.ts';
import type { Random } from './random.ts';

/** The state all acts work on. */
export type Scene = { readonly cluster: Cluster; readonly clients: readonly SimClient[] };

type Act = (scene: Scene) => void;

/** Each act with its relative frequency. */
const ACTS: readonly [weight: number, act: Act][] = [
  [30, publish],
  [12, publishByKey],
  [8, publishInRoom],
  [16, subscribe],
  [5, unsubscribe],
  [6, flicker],
  [8, cut],
  [5, readHistory],
  [2, removeHistory],
  [3, tryForbidden],
  [8, changeRight],
  [2, signInOrOut],
  [2, slowDown],
  [2, reconnectAll],
  [1, breakBus],
  [1, breakLog],
  [1.5, killNode],
  [1, drainNode],
  [3, startNewEpoch],
  [3, waitLong],
];
const TOTAL = ACTS.reduce((sum, [weight]) => sum + weight, 0);

/** Performs a random act. */
export function actRandomly(scene: Scene): void {
  let left = scene.cluster.world.random.next() * TOTAL;
  for (const [weight, act] of ACTS) {
    left -= weight;
    if (left < 0) return act(scene);
  }
}

/** Channels clients publish to directly. */
const openTo = ({ plan }: Cluster) => [...plan.channels, ...plan.clubs];
const closedChannels = ({ plan }: Cluster) => [...plan.clubs, ...plan.rooms];

function padding(random: Random): string {
  return random.chance(0.05) ? ' '.repeat(10_000) : '';
}

function publish({ cluster, clients }: Scene): void {
  const { random } = cluster.world;
  const { link, isConnected } = random.pick(clients);
  if (link === undefined || !isConnected) return;
  const channel = random.pick(openTo(cluster));
  const times = random.pick([1, 1, 2, 6]);
  for (let time = 0; time < times; time += 1) link.publish(channel, padding(random));
}

/** The server publishes as features do: with a key, and sometimes a second time at another node. */
function publishByKey({ cluster }: Scene): void {
  const { world, plan } = cluster;
  const durable = [...openTo(cluster), ...plan.rooms].filter((channel) => /^(log|club|room):/.test(channel));
  const channel = world.random.pick([...durable, 'log:a']);
  const data = nextOfServer(cluster, channel);
  const times = world.random.pick([1, 1, 2, 3]);
  for (let time = 0; time < times; time += 1) {
    world.after(time === 0 ? 0 : world.random.pick([0, 5, 500]), () => publishOnce(cluster, channel, data));
  }
}

/** As during a conversation: rooms change while clients recover them. */
function publishInRoom({ cluster }: Scene): void {
  const { world, plan } = cluster;
  if (plan.rooms.length === 0) return;
  const room = world.random.pick(plan.rooms);
  for (let time = 0; time < 3; time += 1) {
    const data = nextOfServer(cluster, room);
    world.after(world.random.between(0, 2 * plan.pause), () => publishOnce(cluster, room, data));
  }
}

/** A text not used before in this schedule. */
function nextOfServer({ world }: Cluster, channel: string): string {
  world.note(`the server publishes to ${channel}`);
  return `server@${channel}#${world.notes.length}`;
}

function publishOnce({ world, someNode, truth }: Cluster, channel: string, data: string): void {
  world.note(`${someNode.name} publishes ${data}`);
  someNode.node.publish(channel, JSON.stringify(data), { key: data }).then(
    (published) => truth.ackedWithKey(data, published),
    (error) => world.note(`${data} was refused: ${error}`),
  );
}

function subscribe({ cluster, clients }: Scene): void {
  const { random } = cluster.world;
  const client = random.pick(clients);
  const reader = client.reader(random.pick(openTo(cluster)));
  reader.isWanted = true;
  if (client.isConnected) client.subscribe(reader);
}

function unsubscribe({ cluster, clients }: Scene): void {
  const { random } = cluster.world;
  const client = random.pick(clients);
  const readers = [...client.readers.values()].filter(
    ({ isServerSide, state }) => !isServerSide && (state === 'in' || state === 'asking'),
  );
  if (!client.isConnected || readers.length === 0) return;
  const reader = random.pick(readers);
  // Sometimes it wants to subscribe again at once.
  reader.isWanted = random.chance(0.3);
  client.unsubscribe(reader);
}

function flicker({ cluster, clients }: Scene): void {
  const { random } = cluster.world;
  // A command refused because too many are running would change the order of the others.
  if (cluster.plan.limits.commandsInFlight < 100) return;
  const client = random.pick(clients);
  if (client.isConnected) client.toggleSubscription(client.reader(random.pick(openTo(cluster))), random.between(1, 3));
}

function cut({ cluster, clients }: Scene): void {
  cluster.world.random.pick(clients).cut(cluster.world.random.chance(0.8));
}

function reconnectAll({ cluster, clients }: Scene): void {
  const { world } = cluster;
  for (const client of clients) client.cut(true);
  const when = world.random.between(0, 3_000);
  for (const client of clients) world.after(when, () => client.connect());
}

function readHistory({ cluster, clients }: Scene): void {
  const { world, truth, plan } = cluster;
  const { link, isConnected } = world.random.pick(clients);
  const channels = plan.channels.filter((channel) => channel !== 'live:a');
  if (link === undefined || !isConnected || channels.length === 0) return;
  const channel = world.random.pick(channels);
  const [limit, reverse] = [world.random.pick([1, 5, 1_000]), world.random.chance(0.5)];
  const offset = world.random.between(1, truth.top(channel) + 2);
  const since = world.random.chance(0.5) ? { offset, epoch: '' } : undefined;
  const command = { history: { channel, limit, reverse, ...(since !== undefined && { since }) } };
  const most = Math.min(limit, plan.limits.history);
  link.ask(command, { kind: 'history', channel, limit: most, step: reverse ? -1 : 1 });
}

function removeHistory({ cluster }: Scene): void {
  const { world, plan, someNode, removing } = cluster;
  const channel = world.random.pick([...plan.channels, ...plan.clubs, ...plan.rooms]);
  // One after another: so it is known which of them was answered.
  if (channel === 'live:a' || removing.has(channel)) return;
  const { name, node } = someNode;
  world.note(`${name} removes the history of ${channel}`);
  removing.add(channel);
  node
    .trim(channel)
    .then(() => cluster.truth.removed(channel, name, world.now()))
    .catch(() => world.note(`removing the history of ${channel} failed or its outcome is unknown`))
    .finally(() => removing.delete(channel));
}

function tryForbidden({ cluster, clients }: Scene): void {
  const { random } = cluster.world;
  const { link, isConnected } = random.pick(clients);
  if (link === undefined || !isConnected) return;
  const [code, command] = random.pick([
    [103, { subscribe: { channel: 'closed:a' } }],
    [103, { publish: { channel: 'room:a', data: 'forbidden' } }],
    [103, { subscribe: { channel: 'room:none' } }],
    [102, { subscribe: { channel: 'nowhere:a' } }],
    [102, { publish: { channel: 'nowhere:a', data: 'forbidden' } }],
  ] as const);
  link.ask(command, { kind: 'forbidden', code });
}

function changeRight({ cluster }: Scene): void {
  const { random } = cluster.world;
  const channels = closedChannels(cluster);
  if (channels.length === 0) return;
  const [user, channel] = [random.pick(['ada', 'ben']), random.pick(channels)];
  if (cluster.rights.isMember(user, channel)) cluster.removeMember(user, channel);
  else cluster.addMember(user, channel);
}

function signInOrOut({ cluster, clients }: Scene): void {
  const client = cluster.world.random.pick(clients);
  if (client.user === '') return;
  if (!cluster.rights.isSignedOut(client.name)) return cluster.signOut(client.user, client.name);
  cluster.rights.signIn(client.name);
  client.connect();
}

/** A client starts to read slowly, or fast again. */
function slowDown({ cluster, clients }: Scene): void {
  const { world } = cluster;
  const client = world.random.pick(clients);
  client.latency = world.random.pick([5, 300, 3_000]);
  if (client.link !== undefined) client.link.socket.latency = client.latency;
  world.note(`${client.name} is up to ${client.latency} ms away`);
}

/** The connections between the nodes are down for a while. */
function breakBus({ cluster: { world, buses } }: Scene): void {
  world.note('the bus is down');
  buses.breakDown();
  world.after(world.random.between(0, 2_000), () => buses.mend());
}

function breakLog({ cluster: { world, log } }: Scene): void {
  world.note('the log is down');
  log.breakDown();
  world.after(world.random.between(0, 2_000), () => log.mend());
}

function killNode({ cluster }: Scene): void {
  cluster.kill(cluster.someNode);
}

function drainNode({ cluster }: Scene): void {
  cluster.drain(cluster.someNode);
}

function startNewEpoch({ cluster }: Scene): void {
  if (!cluster.plan.newEpochs) return;
  cluster.world.note('the log begins a new epoch');
  cluster.log.startNewEpoch();
}

function waitLong({ cluster }: Scene): void {
  cluster.world.run(cluster.world.random.between(500, 6_000));
}
