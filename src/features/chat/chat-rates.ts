import type { UserPrincipal } from '../../core/access/principal.ts';
import { ClientError } from '../../core/errors.ts';
import { Rate } from '../../core/limits/rate.ts';
import { RateTable } from '../../core/limits/rate-table.ts';
import type { FeatureHost } from '../../core/operations/feature.ts';

/** Limits per person; 0 means unlimited. */
export type ChatRateSettings = {
  /** Messages, edits, reactions and recalls per person, in all rooms. */
  readonly messagesPerMinute: number;
  /** The same per room. */
  readonly roomMessagesPerMinute: number;
  /** New groups and direct chats per person. */
  readonly roomsPerHour: number;
  /** People one person adds to groups. */
  readonly addsPerHour: number;
  /** How often one person adds the same other one to a group or a new direct chat. */
  readonly pairAddsPerHour: number;
  /** Invitations one person creates. */
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

/** The factor for owners, admins and programs acting as them. */
const TRUST = 10;
const MINUTE_S = 60;
const HOUR_S = 3_600;

type Kind = keyof ChatRateSettings;
type Who = Pick<UserPrincipal, 'user' | 'role'>;
/** One thing to count: its kind, and its room or other person. */
type Part = { readonly kind: Kind; readonly about?: string };

/** The limited thing, as named in the error message. */
const WORDS: Readonly<Record<Kind, string>> = {
  messagesPerMinute: 'messages',
  roomMessagesPerMinute: 'messages',
  roomsPerHour: 'new chats',
  addsPerHour: 'people added',
  pairAddsPerHour: 'chats with the same person',
  invitesPerHour: 'invitations',
};
const KINDS = Object.keys(WORDS) as Kind[];

/**
 * Limits what a person may do to others (CH11): a token bucket for each, in bounded memory on each node. An hour's
 * worth may be used at once, and of messages half a minute's.
 */
export class ChatRates {
  readonly #host: Pick<FeatureHost, 'clock' | 'telemetry'>;
  readonly #tables: ReadonlyMap<Kind, { readonly people: RateTable; readonly trusted: RateTable }>;

  constructor(host: Pick<FeatureHost, 'clock' | 'telemetry'>, settings: ChatRateSettings) {
    this.#host = host;
    const bounded = KINDS.filter((kind) => settings[kind] > 0);
    this.#tables = new Map(
      bounded.map((kind) => {
        const table = (times: number) => new RateTable(rateOf(kind, settings[kind] * times));
        return [kind, { people: table(1), trusted: table(TRUST) }];
      }),
    );
  }

  /** Counts a message, or a change of one. Throws `tooManyRequests`, like all these methods. */
  message(who: Who, room: string): void {
    this.#take(who, [{ kind: 'roomMessagesPerMinute', about: room }, { kind: 'messagesPerMinute' }]);
  }

  /** Counts a new group or direct chat with these others. */
  room(who: Who, others: readonly string[]): void {
    this.#take(who, [{ kind: 'roomsPerHour' }, ...addsOf(others)]);
  }

  /** Counts each added person. */
  add(who: Who, others: readonly string[]): void {
    this.#take(who, addsOf(others));
  }

  invite(who: Who): void {
    this.#take(who, [{ kind: 'invitesPerHour' }]);
  }

  /** All or nothing: a refusal consumes nothing. */
  #take({ user, role }: Who, parts: readonly Part[]): void {
    const isTrusted = role === 'owner' || role === 'admin';
    const now = this.#host.clock.now();
    const taken: (() => void)[] = [];
    for (const { kind, about = '' } of parts) {
      const tables = this.#tables.get(kind);
      const table = isTrusted ? tables?.trusted : tables?.people;
      const key = `${user} ${about}`;
      const waitMs = table?.take(key, now) ?? 0;
      if (waitMs > 0) {
        for (const giveBack of taken) giveBack();
        throw this.#refusal(kind, waitMs);
      }
      if (table !== undefined) taken.push(() => table.giveBack(key, now));
    }
  }

  #refusal(kind: Kind, waitMs: number): ClientError {
    this.#host.telemetry.count('banyan_refusals_total', { limit: kind });
    const retryAfter = Math.ceil(waitMs / 1_000);
    const message = `too many ${WORDS[kind]}; try again in ${retryAfter} s`;
    return new ClientError('tooManyRequests', { message, retryAfter });
  }
}

function addsOf(others: readonly string[]): readonly Part[] {
  return others.flatMap((about) => [{ kind: 'pairAddsPerHour', about } as const, { kind: 'addsPerHour' } as const]);
}

function rateOf(kind: Kind, bound: number): Rate {
  const isOfMessages = kind === 'messagesPerMinute' || kind === 'roomMessagesPerMinute';
  return isOfMessages ? new Rate(bound / MINUTE_S, bound / 2) : new Rate(bound / HOUR_S, bound);
}
