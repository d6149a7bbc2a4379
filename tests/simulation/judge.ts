import type { Principal } from '../../src/core/access/principal.ts';
import { userOf } from '../../src/core/access/principal.ts';
import { namespaceOf } from '../../src/core/channels/namespace.ts';
import { topicOf } from '../../src/core/delivery/topics.ts';
import type { Position } from '../../src/ports/log.ts';
import { centrifugeJson } from '../../src/protocols/centrifuge/protocol.ts';
import type { Cluster, SimNode } from './cluster.ts';
import type { Line, Start } from './lines.ts';
import { optionsOf } from './namespaces.ts';
import type { SimSocket } from './network.ts';
import type { Reader } from './reader.ts';

/** A command without a reply yet, and what is needed to check the reply. */
export type Asked =
  | { readonly kind: 'connect'; readonly since: ReadonlyMap<string, Position> }
  | {
      readonly kind: 'subscribe';
      readonly reader: Reader;
      readonly since?: Position;
      readonly mayEnter: string;
      /** Other replies of its frame may have used up the room. */
      readonly isCrowded?: true;
    }
  | { readonly kind: 'unsubscribe'; readonly reader: Reader }
  | { readonly kind: 'publish'; readonly channel: string; readonly data: string }
  | { readonly kind: 'history'; readonly channel: string; readonly limit: number; readonly step: 1 | -1 }
  | { readonly kind: 'forbidden'; readonly code: number };

/** Sockets in a channel, each with the number of its join. */
export type Audience = ReadonlyMap<SimSocket, number>;

/** The connection the server writes to. */
export type Speaker = {
  readonly name: string;
  readonly cluster: Cluster;
  readonly at: SimNode;
  readonly socket: SimSocket;
  readonly owner: { readonly name: string; readonly principal: Principal };
  /** The subscribers of a channel without history when a publication reached the server. */
  readonly audiences: ReadonlyMap<string, Audience>;
  mayEnter(channel: string): string;
};

/** The current subscribers of a channel without history. */
export function audienceOf({ at }: Speaker, channel: string): Audience {
  if (optionsOf(channel).history !== 'none') return new Map();
  return new Map(at.fanout.topics.get(topicOf(centrifugeJson, channel)));
}

/** Checks the server's output at the moment it is written, while the state it describes is still current. */
export function judge(speaker: Speaker, line: Line, asked: Asked | undefined): void {
  const { push } = line;
  if (push?.pub !== undefined) judgePublication(speaker, push.channel, push.pub.data);
  switch (asked?.kind) {
    case undefined:
    case 'unsubscribe':
    case 'history':
    case 'forbidden':
      return;
    case 'connect':
      for (const [channel, start] of Object.entries(line.connect?.subs ?? {})) {
        judgeStart(speaker, { channel, start, since: asked.since.get(channel) });
      }
      return;
    case 'subscribe':
      return judgeSubscribe(speaker, line, asked);
    case 'publish':
      return judgePublish(speaker, line, asked);
    default:
      asked satisfies never;
  }
}

/** PE3: nothing more is sent to a subscriber whose removal the node was notified of. */
function judgePublication({ at, owner, cluster, socket }: Speaker, channel: string, data: string): void {
  const { rights, truth } = cluster;
  const namespace = namespaceOf(channel);
  if (namespace === 'live') socket.handed.add(data);
  if (namespace !== 'room' && namespace !== 'club') return;
  const user = userOf(owner.principal);
  const right = `${user} ${channel}`;
  if (rights.isMember(user, channel)) return;
  if ((at.heard.get(right) ?? 0) >= rights.removals(right))
    truth.fail('PE3', `${owner.name} still receives ${channel}`);
}

type Begin = { readonly channel: string; readonly start: Start; readonly since: Position | undefined };

/** RE2: nobody is told that history is gone while it is there, nor given more than the limits. */
function judgeStart({ name, cluster, socket, at }: Speaker, { channel, start, since }: Begin): void {
  const { truth, world, plan } = cluster;
  if (since === undefined) return;
  // A node may not know yet of the epoch the client learned from another.
  if (start.epoch !== since.epoch && truth.epochs > 1) return;
  // Earlier buffered data, and the reply's other channels, are not known to the byte.
  const bytes = plan.limits.recoveryBytes - 2 * socket.backlog();
  const bounds = { limit: plan.limits.history, bytes, now: world.now() };
  if (start.recovered === true) {
    const { publications = [] } = start;
    if (publications.length > bounds.limit) truth.fail('RE2', `${name} was given ${publications.length} publications`);
    const given = publications.reduce((sum, { data }) => sum + JSON.stringify(data).length, 0);
    if (given > plan.limits.recoveryBytes) truth.fail('RE2', `${name} was given ${given} characters`);
    const told = { epoch: since.epoch, offset: publications.at(-1)?.offset ?? since.offset };
    const floor = truth.floorOf(channel, told, { now: bounds.now, node: at.name });
    if (publications.length > 0 && since.offset < floor) {
      truth.fail('RE2', `${name} was given ${channel} from ${since.offset + 1}, and ${floor} are gone`);
    }
    const isExpired = publications.length > 0 && truth.isExpired(channel, since, bounds.now);
    if (isExpired) truth.fail('RE2', `${name} was given what had expired`);
  } else if (truth.isRecoverable(channel, since, bounds)) {
    truth.fail('RE2', `${name} was at ${since.offset} of ${channel} and could have been recovered`);
  }
}

function judgeSubscribe(
  speaker: Speaker,
  { error, subscribe }: Line,
  asked: Extract<Asked, { kind: 'subscribe' }>,
): void {
  const { channel } = asked.reader;
  const { truth } = speaker.cluster;
  if (subscribe !== undefined) judgeStart(speaker, { channel, start: subscribe, since: asked.since });
  if (error?.code === 112 && asked.isCrowded !== true) {
    const epoch = truth.epochs > 1 ? '' : asked.since?.epoch;
    judgeStart(speaker, { channel, start: epoch === undefined ? {} : { epoch }, since: asked.since });
  }
  const mightEnter = asked.mayEnter !== 'perhaps' && asked.mayEnter === speaker.mayEnter(channel);
  if (error?.code === 103 && mightEnter) truth.fail('PE1', `${speaker.name} was refused in ${channel}`);
}

function judgePublish(speaker: Speaker, { error }: Line, { channel, data }: Extract<Asked, { kind: 'publish' }>): void {
  const { truth, world } = speaker.cluster;
  if (error !== undefined) return truth.refused(data);
  if (namespaceOf(channel) !== 'live') return truth.acked(data);
  const audience = speaker.audiences.get(data) ?? new Map<SimSocket, number>();
  world.soon(() => {
    const now = audienceOf(speaker, channel);
    for (const [socket, joined] of audience) {
      if (now.get(socket) === joined && !socket.handed.has(data)) {
        truth.fail('AC3', `${data} was acked before it was handed to all`);
      }
    }
  });
}
