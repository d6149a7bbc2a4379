import type { Principal } from '../../src/core/access/principal.ts';
import { namespaceOf } from '../../src/core/channels/namespace.ts';
import type { Cluster, SimNode } from './cluster.ts';
import { type Asked, type Audience, audienceOf, judge, type Speaker } from './judge.ts';
import type { Line } from './lines.ts';
import type { SimSocket, SocketEvents } from './network.ts';

/** The client of the connection. */
export type LinkOwner = {
  readonly name: string;
  readonly principal: Principal;
  answered(asked: Asked, line: Line): void;
  pushed(push: NonNullable<Line['push']>): void;
  lost(code: number): void;
};

/** One connection of one client, from its opening to its close. */
export class Link implements SocketEvents, Speaker {
  readonly name: string;
  readonly cluster: Cluster;
  readonly owner: LinkOwner;
  readonly at: SimNode;
  readonly socket: SimSocket;
  /** Publications sent over it, by channel, in order. */
  readonly sent = new Map<string, string[]>();
  /** The subscribers of a channel without history when a publication reached the server. */
  readonly audiences = new Map<string, Audience>();
  readonly #asked = new Map<number, Asked>();
  #lastId = 0;

  constructor(cluster: Cluster, owner: LinkOwner, number: number) {
    this.name = `${owner.name}/${number}`;
    this.cluster = cluster;
    this.owner = owner;
    const { at, socket } = cluster.accept(owner.principal, this);
    this.at = at;
    this.socket = socket;
    cluster.world.note(`${this.name} opens at ${at.name}`);
  }

  /** Sends a command; its reply goes to `owner.answered`. */
  ask(command: object, asked: Asked): void {
    this.askTogether([[command, asked]]);
  }

  /** Sends commands in one frame. */
  askTogether(commands: readonly (readonly [command: object, asked: Asked])[]): void {
    const lines = commands.map(([command, asked]) => {
      this.#lastId += 1;
      this.#asked.set(this.#lastId, asked);
      return JSON.stringify({ id: this.#lastId, ...command });
    });
    for (const line of lines) this.cluster.world.note(`${this.name} → ${line.slice(0, 200)}`);
    this.socket.write(lines.join('\n'), () => {
      for (const [, asked] of commands) {
        if (asked.kind === 'publish') this.audiences.set(asked.data, audienceOf(this, asked.channel));
      }
    });
  }

  publish(channel: string, padding: string): void {
    const number = (this.sent.get(channel)?.length ?? 0) + 1;
    const data = `${this.name}@${channel}#${number}${padding}`;
    this.sent.set(channel, [...(this.sent.get(channel) ?? []), data]);
    this.ask({ publish: { channel, data } }, { kind: 'publish', channel, data });
  }

  said(line: Line): void {
    const asked = line.id === undefined ? undefined : this.#asked.get(line.id);
    judge(this, line, asked);
  }

  received(line: Line): void {
    this.cluster.world.note(`${this.name} ← ${JSON.stringify(line).slice(0, 300)}`);
    if (line.push !== undefined) return this.owner.pushed(line.push);
    if (line.id === undefined) return this.socket.write('{}', () => undefined);
    const asked = this.#asked.get(line.id);
    if (asked === undefined) return this.cluster.truth.fail('answer', `${this.name} was answered twice`);
    this.#asked.delete(line.id);
    this.owner.answered(asked, line);
  }

  closed(code: number): void {
    this.cluster.world.note(`${this.name} is closed with ${code}`);
    this.owner.lost(code);
  }

  /** Its client's current permissions, as a text for comparison. */
  mayEnter(channel: string): string {
    if (namespaceOf(channel) !== 'club') return 'yes';
    const user = this.owner.principal.kind === 'user' ? this.owner.principal.user : '';
    const { rights } = this.cluster;
    const right = `${user} ${channel}`;
    if (!rights.isMember(user, channel) || (this.at.heard.get(right) ?? 0) !== rights.removals(right)) return 'perhaps';
    return `yes ${rights.removals(right)}`;
  }
}
