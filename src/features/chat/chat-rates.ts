import { ClientError } from '../../core/errors.ts';
import type { UserPrincipal } from '../../core/principal.ts';
import { Rate } from '../../core/rate.ts';
import { RateTable } from '../../core/rate-table.ts';
import type { Clock } from '../../ports/clock.ts';

/** What one person may do to others; 0: no bound. */
export type ChatRateSettings = {
  /** Messages, edits, reactions and recalls of one person, in all rooms. */
  readonly messagesPerMinute: number;
  /** The same in one room. */
  readonly roomMessagesPerMinute: number;
  /** New groups, and new direct chats, of one person. */
  readonly roomsPerHour: number;
  /** People whom one person brings into groups. */
  readonly addsPerHour: number;
  /** How often one person brings the same other one into a group or a new direct chat. */
  readonly pairAddsPerHour: number;
  /** Invitations that one person makes. */
  readonly invitesPerHour: number;
};

export const NO_CHAT_RATES: ChatRateSettings = {
  messagesPerMinute: 0,
  roomMessagesPerMinute: 0,
  roomsPerHour: 0,
  addsPerHour: 0,
  pairAddsPerHour: 0,
  invitesPerHour: 0,
};

/** Who runs the installation, or a program of theirs, may do so many times as much. */
const TRUST = 10;
const MINUTE_S = 60;
const HOUR_S = 3_600;

type Kind = keyof ChatRateSettings;
const KINDS = Object.keys(NO_CHAT_RATES) as Kind[];
type Who = Pick<UserPrincipal, 'user' | 'role'>;

/**
 * How much a person may do to others (CH11): a bucket for each, in bounded memory on each node. A whole hour's worth may
 * be used up at once, and of messages half a minute's.
 */
export class ChatRates {
  readonly #clock: Clock;
  readonly #tables: ReadonlyMap<Kind, { readonly people: RateTable; readonly trusted: RateTable }>;

  constructor(clock: Clock, settings: ChatRateSettings) {
    this.#clock = clock;
    const bounded = KINDS.filter((kind) => settings[kind] > 0);
    this.#tables = new Map(
      bounded.map((kind) => {
        const table = (times: number) => new RateTable(rateOf(kind, settings[kind] * times));
        return [kind, { people: table(1), trusted: table(TRUST) }];
      }),
    );
  }

  /** Counts a message, or a change of one. Throws `tooManyRequests`. */
  message(who: Who, room: string): void {
    // What one room refuses takes nothing from the others.
    this.#take('roomMessagesPerMinute', who, room, 'too many messages; try again in');
    this.#take('messagesPerMinute', who, '', 'too many messages; try again in');
  }

  /** Counts a new group or direct chat with these others in it. */
  room(who: Who, others: readonly string[]): void {
    this.#take('roomsPerHour', who, '', 'too many new chats; try again in');
    this.add(who, others);
  }

  /** Counts each of the people who are brought in. */
  add(who: Who, others: readonly string[]): void {
    for (const other of others) {
      this.#take('pairAddsPerHour', who, other, 'too many chats with the same person; try again in');
      this.#take('addsPerHour', who, '', 'too many people added; try again in');
    }
  }

  invite(who: Who): void {
    this.#take('invitesPerHour', who, '', 'too many invitations; try again in');
  }

  #take(kind: Kind, { user, role }: Who, about: string, words: string): void {
    const tables = this.#tables.get(kind);
    const table = role === 'owner' || role === 'admin' ? tables?.trusted : tables?.people;
    const waitMs = table?.take(`${user} ${about}`, this.#clock.now()) ?? 0;
    if (waitMs === 0) return;
    const retryAfter = Math.ceil(waitMs / 1_000);
    throw new ClientError('tooManyRequests', { message: `${words} ${retryAfter} s`, retryAfter });
  }
}

function rateOf(kind: Kind, bound: number): Rate {
  const isOfMessages = kind === 'messagesPerMinute' || kind === 'roomMessagesPerMinute';
  return isOfMessages ? new Rate(bound / MINUTE_S, bound / 2) : new Rate(bound / HOUR_S, bound);
}
