import type { Position } from '../../src/ports/log.ts';
import type { Pub, Start } from './lines.ts';
import { optionsOf } from './namespaces.ts';
import type { Truth } from './truth.ts';

const CONNECTION_AND_NUMBER = /^(\S+)#(\d+)/;

/** `leaving`: has unsubscribed, and ignores pushes until that is answered. */
type State = 'out' | 'asking' | 'in' | 'leaving';

/** One client's view of one channel. It remembers how far it has read and detects every broken guarantee. */
export class Reader {
  readonly channel: string;
  state: State = 'out';
  /** Whether the client wants to be subscribed as soon as possible. */
  isWanted = false;
  /** Unsubscribe requests without a reply. */
  leaves = 0;
  /** Whether it has subscribed again after the last of them. */
  asksAgain = false;
  /** How far it has read; undefined before the first subscription. */
  position: Position | undefined;
  readonly #who: string;
  readonly #truth: Truth;
  /** Number of the last publication of each connection, in channels without offsets. */
  readonly #lastOf = new Map<string, number>();

  constructor(who: string, channel: string, truth: Truth) {
    this.#who = who;
    this.channel = channel;
    this.#truth = truth;
  }

  /** The connection is closed, and with it all requests. */
  lost(): void {
    this.state = 'out';
    this.leaves = 0;
    this.asksAgain = false;
  }

  /** One of its unsubscribe requests was answered. */
  left(): void {
    this.leaves -= 1;
    if (this.leaves > 0) return;
    this.state = this.asksAgain ? 'asking' : 'out';
    this.asksAgain = false;
  }

  get isRecoverable(): boolean {
    return optionsOf(this.channel).history !== 'none';
  }

  /** Whether its history can expire. */
  get isBounded(): boolean {
    const { historySize, historyTtlMs } = optionsOf(this.channel);
    return historySize > 0 || historyTtlMs > 0;
  }

  get isServerSide(): boolean {
    return this.channel.startsWith('room:');
  }

  /** Its subscription starts with this reply; `since` is the position it requested. */
  started(start: Start, since: Position | undefined): void {
    if (this.state === 'in') this.#fail('RE1', 'was subscribed twice');
    if (this.state === 'leaving') return;
    this.state = 'in';
    if (!this.isRecoverable) return;
    const { epoch = '', offset = 0, publications = [] } = start;
    if (start.recovered === true) this.#recovered(start, since);
    else if (publications.length > 0) this.#fail('RE2', 'was given publications without being recovered');
    this.position = { epoch, offset };
    for (const publication of publications) this.#next(publication, 'RE1');
    if (this.position.offset > this.#truth.top(this.channel, epoch)) this.#fail('RE2', 'starts after the end');
  }

  #recovered({ epoch, offset }: Start, since: Position | undefined): void {
    if (since?.epoch === epoch && since?.offset === offset) return;
    this.#fail('RE1', `recovered from ${epoch} ${offset}, and was at ${since?.epoch} ${since?.offset}`);
  }

  /** A live publication arrived. */
  took(publication: Pub): void {
    if (this.state === 'leaving') return;
    if (this.state !== 'in') return this.#fail('RE6', `got ${publication.data} while ${this.state}`);
    if (this.isRecoverable) this.#next(publication, 'OR2');
    else this.#inOrder(publication);
  }

  /** To be called when it has had time to read everything. */
  checkEnd(): void {
    if (this.state !== 'in') return this.#fail('OR2', `is still ${this.state}`);
    if (!this.isRecoverable) return;
    const { epoch = '', offset = 0 } = this.position ?? {};
    const [now, top] = [this.#truth.epochOf(this.channel), this.#truth.top(this.channel)];
    if (epoch !== now || offset !== top) this.#fail('OR4', `is at ${epoch} ${offset}, not at ${now} ${top}`);
  }

  /** The same for a channel without history, where `last` was published last. */
  checkLast(last: string): void {
    if (this.isRecoverable) return;
    const [, connection = '', number] = CONNECTION_AND_NUMBER.exec(last) ?? [];
    if (this.#lastOf.get(connection) !== Number(number)) this.#fail('AC3', `never got ${last}`);
  }

  #next({ offset = 0, data }: Pub, rule: string): void {
    const { epoch, offset: before } = this.position ?? { epoch: '', offset: 0 };
    if (offset !== before + 1) this.#fail(rule, `got ${offset} after ${before} of ${epoch}`);
    this.#truth.checkEntry(this.#who, { channel: this.channel, epoch, offset }, data);
    this.position = { epoch, offset };
  }

  /** Without history, one node's subscribers still receive each connection's publications in order, each once. */
  #inOrder({ data }: Pub): void {
    const [, connection = '', number] = CONNECTION_AND_NUMBER.exec(data) ?? [];
    const last = this.#lastOf.get(connection) ?? 0;
    if (Number(number) <= last) this.#fail('OR3', `got ${data} after ${last}`);
    this.#lastOf.set(connection, Number(number));
  }

  #fail(rule: string, what: string): void {
    this.#truth.fail(rule, `${this.#who} ${what} in ${this.channel}`);
  }
}
