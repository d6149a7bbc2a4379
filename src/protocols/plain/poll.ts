import { DISCONNECTS, DisconnectError, type DisconnectName } from '../../core/disconnects.ts';
import type { ClientError } from '../../core/errors.ts';
import type { Frame, Protocol } from '../../core/protocol/protocol.ts';
import type { Push, Reply, SubscribeResult } from '../../core/protocol/pushes.ts';
import { Beginning, refusalOf } from './beginning.ts';
import type { Cursor } from './cursor.ts';
import { encodePlaced, encodePublication, type Placed, readPlaced } from './publication.ts';
import type { Listening } from './requests.ts';

/** The encoding shared by all polls: publications, encoded once for those that wait. */
export const polls: Protocol = {
  name: 'lp',
  ping: '',
  clients: 'poll',
  decode: () => {
    throw new DisconnectError('badRequest');
  },
  encodeReply: () => '',
  encodePush: (push) => (push.kind === 'publication' ? encodePlaced(push.channel, push.publication) : ''),
};

/**
 * One request that waits for publications. It is answered when all its channels are entered and there is something to
 * send, or its time is over; publications of the same moment are included.
 */
export class Poll implements Protocol {
  readonly name = polls.name;
  readonly ping = polls.ping;
  readonly clients = 'poll';
  readonly decode = polls.decode;
  /** The response body as JSON. Rejects with the `ClientError` that refuses the poll. */
  readonly answer: Promise<string>;
  readonly #asked: Listening;
  readonly #cursor: Cursor;
  readonly #beginning: Beginning;
  readonly #byteLimit: number;
  readonly #publications: string[] = [];
  readonly #lost: string[] = [];
  #bytes = 0;
  /** It must not wait: the client has no position in a channel, there are publications, or its time is over. */
  #isDue = false;
  /** More was published than fits one response: the next poll continues from there. */
  #isFull = false;
  #resolve: (body: string) => void = () => undefined;
  #reject: (error: ClientError) => void = () => undefined;

  /** `byteLimit`: for live publications while other channels are being entered. */
  constructor(asked: Listening, byteLimit: number) {
    this.#asked = asked;
    this.#cursor = asked.cursor;
    this.#byteLimit = byteLimit;
    this.#beginning = new Beginning(asked.channels);
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#beginning.done.then(
      () => this.#isDue && this.finish(),
      (error) => this.#reject(error),
    );
  }

  /** Approximate bytes buffered for the response. */
  get backlog(): number {
    return this.#bytes;
  }

  encodeReply(id: number, reply: Reply): string {
    const entered = this.#beginning.take(id, reply);
    if (entered !== undefined) this.#enter(entered.channel, entered.result);
    return '';
  }

  encodePush(push: Push): string {
    if (push.kind === 'unsubscribe') this.ended(push.reason === 'server' ? 'permissionDenied' : push.reason);
    return '';
  }

  /** Adds publications that arrive while it waits. */
  take(frame: Frame): void {
    for (const placed of readPlaced(String(frame)) ?? []) this.#takeOne(placed);
  }

  #takeOne(placed: Placed): void {
    if (this.#isFull) return;
    this.#isFull = this.#bytes + placed.json.length > this.#byteLimit && this.#publications.length > 0;
    if (this.#isFull) return;
    this.#cursor.advance(placed.key, placed.offset);
    this.#add(placed.json);
    if (this.#beginning.isOver) Promise.resolve().then(() => this.finish());
  }

  /** The wait time is over. */
  timeOver(): void {
    this.#isDue = true;
    if (this.#beginning.isOver) this.finish();
  }

  /** Responds with the publications so far. */
  finish(): void {
    const lost =
      this.#lost.length === 0 ? '"recovered":true' : `"recovered":false,"lost":${JSON.stringify(this.#lost)}`;
    this.#resolve(`{"publications":[${this.#publications.join()}],"cursor":"${this.#cursor}",${lost}}`);
  }

  /** The session has ended. If the client may return, it gets the publications so far and learns the rest then. */
  ended(why: DisconnectName): void {
    if (this.#beginning.isOver && DISCONNECTS[why].code < 3_500 && why !== 'expired') this.finish();
    else this.#reject(refusalOf(why));
  }

  #enter(channel: string, result: SubscribeResult): void {
    const { recoverable, epoch, offset, publications, wasRecovering, recovered } = result;
    if (wasRecovering && !recovered) this.#lost.push(channel);
    if (!this.#asked.cursor.knows(channel) || (wasRecovering && !recovered)) this.#isDue = true;
    const last = publications.at(-1)?.offset ?? offset;
    this.#cursor.set(channel, recoverable ? { epoch, offset: last } : { epoch: '', offset: 0 });
    for (const publication of publications) this.#add(encodePublication(channel, publication));
  }

  #add(json: string): void {
    this.#publications.push(json);
    this.#bytes += json.length;
    this.#isDue = true;
  }
}
