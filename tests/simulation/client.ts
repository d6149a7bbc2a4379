import { ANONYMOUS, type Principal, userOf } from '../../src/core/access/principal.ts';
import type { Position } from '../../src/ports/log.ts';
import type { Cluster } from './cluster.ts';
import type { Asked } from './judge.ts';
import type { Line } from './lines.ts';
import { Link, type LinkOwner } from './link.ts';
import { Reader } from './reader.ts';

const INSUFFICIENT_STATE = 2500;
/** Error codes of commands that can be retried later. */
const TEMPORARY = [100, 111];
const PERMISSION_DENIED = 103;
const ALREADY_SUBSCRIBED = 105;
const UNRECOVERABLE = 112;

type Subscribing = Extract<Asked, { kind: 'subscribe' }>;
type Command = readonly [command: object, asked: Asked];

function leaving(reader: Reader): Command {
  reader.state = 'leaving';
  reader.leaves += 1;
  return [{ unsubscribe: { channel: reader.channel } }, { kind: 'unsubscribe', reader }];
}

/** A client like the official ones: it reconnects by itself, and recovers what it missed. */
export class SimClient implements LinkOwner {
  readonly name: string;
  readonly principal: Principal;
  readonly readers = new Map<string, Reader>();
  /** All its connections so far. */
  readonly links: Link[] = [];
  /** Whether it reconnects by itself. */
  isOnline = true;
  /** Milliseconds from the server to it; large for a slow reader. */
  latency: number | undefined;
  readonly #cluster: Cluster;
  #link: Link | undefined;
  #isConnected = false;

  constructor(cluster: Cluster, name: string, user: string) {
    this.#cluster = cluster;
    this.name = name;
    this.principal = user === '' ? ANONYMOUS : { kind: 'user', user, role: 'member', device: name };
  }

  get user(): string {
    return userOf(this.principal);
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  get link(): Link | undefined {
    return this.#link;
  }

  connect(): void {
    if (this.#link !== undefined || !this.isOnline || this.#cluster.rights.isSignedOut(this.name)) return;
    const since = new Map<string, Position>();
    for (const { isServerSide, channel, position } of this.readers.values()) {
      if (isServerSide && position !== undefined) since.set(channel, position);
    }
    const subs = Object.fromEntries([...since].map(([channel, position]) => [channel, { recover: true, ...position }]));
    const link = new Link(this.#cluster, this, this.links.length + 1);
    if (this.latency !== undefined) link.socket.latency = this.latency;
    this.links.push(link);
    this.#link = link;
    link.ask({ connect: { subs } }, { kind: 'connect', since });
    // A client may send more without waiting for the reply.
    if (this.#cluster.world.random.chance(0.2)) this.#subscribeWanted(2);
  }

  /** Its connection is cut, and it reconnects later if it is online. */
  cut(serverHears: boolean): void {
    if (this.#link === undefined) return;
    this.#cluster.world.note(`${this.#link.name} is cut${serverHears ? '' : ', and the server does not notice'}`);
    this.#link.socket.cut(serverHears);
    this.lost(1006);
  }

  reader(channel: string): Reader {
    const known = this.readers.get(channel);
    if (known !== undefined) return known;
    const reader = new Reader(this.name, channel, this.#cluster.truth);
    this.readers.set(channel, reader);
    return reader;
  }

  subscribe(reader: Reader): void {
    if (this.#link === undefined || reader.state !== 'out' || !reader.isWanted) return;
    reader.state = 'asking';
    this.#link.ask(...this.#subscribing(this.#link, reader));
  }

  unsubscribe(reader: Reader): void {
    if (this.#link === undefined) return;
    this.#link.ask(...leaving(reader));
  }

  /** Toggles several times in one frame, as a page does that renders twice; the last state is subscribed. */
  toggleSubscription(reader: Reader, times: number): void {
    const link = this.#link;
    if (link === undefined || reader.state === 'leaving') return;
    reader.isWanted = true;
    const isOut = reader.state === 'out';
    const subscribing = (): Command => {
      const [command, asked] = this.#subscribing(link, reader);
      return [command, { ...asked, isCrowded: true }];
    };
    const turns = Array.from({ length: times }, () => [leaving(reader), subscribing()]);
    link.askTogether([...(isOut ? [subscribing()] : []), ...turns.flat()]);
    reader.asksAgain = true;
  }

  #subscribing(link: Link, reader: Reader): readonly [command: object, asked: Subscribing] {
    const { random } = this.#cluster.world;
    const { channel } = reader;
    const since = reader.isRecoverable && random.chance(0.9) ? reader.position : undefined;
    return [
      { subscribe: { channel, recover: since !== undefined, ...since, flag: random.pick([0, 0, 2]) } },
      { kind: 'subscribe', reader, mayEnter: link.mayEnter(channel), ...(since !== undefined && { since }) },
    ];
  }

  // --- replies and pushes
  // ---------------------------------------------------------------------------------------------

  answered(asked: Asked, line: Line): void {
    switch (asked.kind) {
      case 'connect':
        return this.#connected(line, asked.since);
      case 'subscribe':
        return this.#subscribed(line, asked);
      case 'unsubscribe':
        return this.#unsubscribed(line, asked.reader);
      case 'publish':
        return;
      case 'history':
        return this.#read(line, asked);
      case 'forbidden':
        if (line.error?.code === asked.code || line.error?.code === 111) return;
        return this.#cluster.truth.fail('PE1', `${this.name} got the reply ${JSON.stringify(line)}`);
      default:
        asked satisfies never;
    }
  }

  pushed({ channel, pub, subscribe, unsubscribe }: NonNullable<Line['push']>): void {
    const reader = this.reader(channel);
    if (pub !== undefined) reader.took(pub);
    if (subscribe !== undefined) reader.started(subscribe, undefined);
    if (unsubscribe !== undefined) this.#putOut(reader, unsubscribe.code);
  }

  /** The connection is closed. */
  lost(code: number): void {
    const { world, truth, rights, plan } = this.#cluster;
    this.#link = undefined;
    this.#isConnected = false;
    for (const reader of this.readers.values()) reader.lost();
    const hasHoles = plan.rooms.some((room) => truth.wasRemoved(room));
    if (code === 3010 && truth.epochs === 1 && !hasHoles)
      truth.fail('OR5', `${this.name} was disconnected without a new epoch`);
    if (code >= 3500 && !rights.wasSignedOut(this.name)) truth.fail('SE', `${this.name} was closed with ${code}`);
    world.after(world.random.between(0, plan.retryMs), () => this.connect());
  }

  #connected({ error, connect }: Line, since: ReadonlyMap<string, Position>): void {
    if (error !== undefined) return this.cut(true);
    this.#isConnected = true;
    for (const [channel, start] of Object.entries(connect?.subs ?? {})) {
      this.reader(channel).started(start, since.get(channel));
    }
    this.#subscribeWanted(Number.POSITIVE_INFINITY);
  }

  #subscribeWanted(most: number): void {
    const wanted = [...this.readers.values()].filter(({ isWanted, state }) => isWanted && state === 'out');
    for (const reader of wanted.slice(0, most)) this.subscribe(reader);
  }

  #subscribed({ error, subscribe }: Line, { reader, since }: Extract<Asked, { kind: 'subscribe' }>): void {
    if (subscribe !== undefined) return reader.started(subscribe, since);
    if (reader.state === 'leaving' && error?.code !== ALREADY_SUBSCRIBED) return;
    reader.state = 'out';
    if (error?.code === PERMISSION_DENIED) reader.isWanted = false;
    // Asking for that position again cannot succeed.
    else if (error?.code === UNRECOVERABLE && since !== undefined) reader.position = undefined;
    else if (!TEMPORARY.includes(error?.code ?? 0)) return this.#unexpected(reader, error?.code);
    this.#later(() => this.subscribe(reader));
  }

  #unsubscribed({ error }: Line, reader: Reader): void {
    if (error === undefined) {
      reader.left();
      this.subscribe(reader);
    } else if (error.code === 111) {
      reader.leaves -= 1;
      this.#later(() => this.unsubscribe(reader));
    } else this.#unexpected(reader, error.code);
  }

  #putOut(reader: Reader, code: number): void {
    const { truth } = this.#cluster;
    const begunAnew = code === INSUFFICIENT_STATE;
    if (begunAnew && truth.epochs === 1 && !reader.isBounded && !truth.wasRemoved(reader.channel)) {
      truth.fail('OR5', `${this.name} lost its position in ${reader.channel} without a new epoch`);
    }
    if (reader.state === 'leaving') return;
    reader.state = 'out';
    if (begunAnew) this.#later(() => this.subscribe(reader));
    else reader.isWanted = false;
  }

  #read({ history, error }: Line, { channel, limit, step }: Extract<Asked, { kind: 'history' }>): void {
    const { truth } = this.#cluster;
    if (history !== undefined) truth.checkHistory(this.name, channel, history, step);
    if ((history?.publications.length ?? 0) > limit) truth.fail('history', `${this.name} was given more than ${limit}`);
    if (history === undefined && !TEMPORARY.includes(error?.code ?? 0)) {
      truth.fail('history', `${this.name} was refused with ${error?.code}`);
    }
  }

  #unexpected({ channel }: Reader, code: number | undefined): void {
    this.#cluster.truth.fail('answer', `${this.name} was refused with ${code} in ${channel}`);
  }

  /** Runs after some time, unless there is another connection by then. */
  #later(run: () => void): void {
    const { world, plan } = this.#cluster;
    const link = this.#link;
    world.after(world.random.between(1, plan.retryMs), () => {
      if (this.#link === link) run();
    });
  }
}
