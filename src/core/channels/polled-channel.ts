import { z } from 'zod';
import type { BackendAnswer } from '../../ports/backend.ts';
import type { Publication } from '../../ports/log.ts';
import type { Span, Traces } from '../../ports/traces.ts';
import type { PolledItem } from '../bus/node-messages.ts';
import { beginQuestion, ending } from '../measures/tracing.ts';
import type { Connection, Fanout } from '../protocol/connection.ts';
import { listOf, type Protocol } from '../protocol/protocol.ts';
import { randomText } from '../text/random-text.ts';
import { JsonText, rawItems, rawMember, withRaw } from '../text/raw-json.ts';
import type { Namespace } from './namespace.ts';

/** Keys per request to the backend. */
const BATCH = 100;

/** The backend's response. */
const ANSWER = z.object({
  result: z.object({
    items: z
      .array(
        z.object({
          key: z.string(),
          data: z.instanceof(JsonText).optional(),
          version: z.number().min(0).default(0),
          removed: z.boolean().default(false),
        }),
      )
      .default([]),
  }),
});

type Item = z.output<typeof ANSWER>['result']['items'][number];
type Polled = {
  /** The item as trackers know it; undefined before the backend's first response about it. */
  publication: Publication | undefined;
  /** The number of trackers in its topic, by protocol name. */
  readonly inTopic: Map<string, number>;
  /** Trackers that know a later version than we do, and so are not in the topic yet, with that version. */
  readonly ahead: Map<Connection, AheadTracker>;
};
type AheadTracker = { readonly protocol: Protocol; readonly version: number };

/** A tracker's connection. */
export type Line = { readonly connection: Connection; readonly protocol: Protocol };

export type PollSettings = {
  readonly namespace: Namespace;
  readonly fanout: Fanout;
  readonly protocols: readonly Protocol[];
  readonly now: () => number;
  /** Calls the namespace's backend. */
  readonly ask: (url: string, question: string, span?: Span) => Promise<BackendAnswer>;
  /** Absent if nothing is traced. */
  readonly traces?: Traces | undefined;
};

/** A channel whose items are polled from the developer's backend, once for all trackers. */
export class PolledChannel {
  readonly name: string;
  /** The epoch of versions assigned here; '' if the backend versions its items. */
  readonly epoch: string;
  readonly #settings: PollSettings;
  readonly #items = new Map<string, Polled>();
  /** The last version assigned here. */
  #version = 0;

  constructor(name: string, settings: PollSettings) {
    this.name = name;
    this.#settings = settings;
    this.epoch = settings.namespace.pollVersions ? '' : randomText(8);
  }

  get empty(): boolean {
    return this.#items.size === 0;
  }

  /** Starts to send the item's updates newer than `version` to the connection. */
  track(key: string, { connection, protocol }: Line, version: number): void {
    const item = this.#items.get(key) ?? { publication: undefined, inTopic: new Map(), ahead: new Map() };
    this.#items.set(key, item);
    // A version not assigned yet is of another epoch, and is ignored.
    const isOurs = this.epoch === '' || version <= this.#version;
    if (isOurs && version > (item.publication?.version ?? 0)) item.ahead.set(connection, { protocol, version });
    else this.#joinTopic(item, key, { connection, protocol });
  }

  untrack(key: string, { connection, protocol }: Line): void {
    const item = this.#items.get(key);
    if (item === undefined) return;
    if (!item.ahead.delete(connection)) {
      connection.leave(trackTopicOf(protocol, this.name, key));
      const left = (item.inTopic.get(protocol.name) ?? 0) - 1;
      if (left > 0) item.inTopic.set(protocol.name, left);
      else item.inTopic.delete(protocol.name);
    }
    if (item.inTopic.size === 0 && item.ahead.size === 0) this.#items.delete(key);
  }

  /** The item, if it is newer than `version`. */
  newer(key: string, version: number): Publication | undefined {
    const publication = this.#items.get(key)?.publication;
    const isOurs = this.epoch === '' || version <= this.#version;
    return (publication?.version ?? 0) > (isOurs ? version : 0) ? publication : undefined;
  }

  /** Whether the item is not known yet. */
  isNew(key: string): boolean {
    const item = this.#items.get(key);
    return item !== undefined && item.publication === undefined;
  }

  /** Applies an item as in a response of the backend; `data`: JSON text on one line. */
  learn({ key, data, version }: PolledItem): void {
    this.#learn({ key, data: new JsonText(data), version, removed: false });
  }

  /** Requests these items, or all, from the backend, and sends changes. Rejects if it does not respond. */
  async poll(only?: ReadonlySet<string>): Promise<void> {
    const keys = [...this.#items.keys()].filter((key) => only === undefined || only.has(key));
    for (let at = 0; at < keys.length; at += BATCH) await this.#pollBatch(keys.slice(at, at + BATCH));
  }

  async #pollBatch(keys: readonly string[]): Promise<void> {
    const { ask, namespace, traces } = this.#settings;
    const items = keys.map((key) => {
      const version = this.#items.get(key)?.publication?.version ?? 0;
      return namespace.pollVersions ? { key, version } : { key };
    });
    const question = JSON.stringify({ channel: this.name, items });
    const span = beginQuestion(traces, 'poll', { channel: this.name, items: items.length });
    const answer = readAnswer(await ending(span, () => ask(namespace.pollUrl, question, span)));
    // A failure to send one item does not affect the others.
    const failures: unknown[] = [];
    for (const item of answer.result.items) {
      try {
        this.#learn(item);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  #learn(item: Item): void {
    const known = this.#items.get(item.key);
    if (known === undefined) return;
    const publication = this.#publicationOf(item, known.publication);
    if (publication === undefined) return;
    known.publication = publication;
    this.#tell(item.key, known, publication);
  }

  #tell(key: string, item: Polled, publication: Publication): void {
    const { fanout, protocols } = this.#settings;
    const encode = (protocol: Protocol) =>
      protocol.encodePush({ kind: 'publication', channel: this.name, epoch: '', publication });
    for (const protocol of protocols) {
      if (!item.inTopic.has(protocol.name)) continue;
      for (const frame of listOf(encode(protocol))) fanout.publish(trackTopicOf(protocol, this.name, key), frame);
    }
    for (const [connection, { protocol, version }] of [...item.ahead]) {
      if ((publication.version ?? 0) < version) continue;
      const isNews = (publication.version ?? 0) > version;
      if (isNews) for (const frame of listOf(encode(protocol))) connection.send(frame);
      // It may have been closed as too slow, and have left.
      if (item.ahead.delete(connection)) this.#joinTopic(item, key, { connection, protocol });
    }
  }

  #joinTopic(item: Polled, key: string, { connection, protocol }: Line): void {
    connection.join(trackTopicOf(protocol, this.name, key));
    item.inTopic.set(protocol.name, (item.inTopic.get(protocol.name) ?? 0) + 1);
  }

  /** Undefined if it is not newer. */
  #publicationOf(item: Item, known: Publication | undefined): Publication | undefined {
    const { key, removed } = item;
    const data = item.data?.text ?? 'null';
    if (this.#settings.namespace.pollVersions) {
      if (item.version <= (known?.version ?? 0)) return undefined;
    } else if (known?.data === data && (known.entry?.removed === true) === removed) return undefined;
    if (!this.#settings.namespace.pollVersions) this.#version += 1;
    const version = this.#settings.namespace.pollVersions ? item.version : this.#version;
    return { offset: 0, time: this.#settings.now(), data, version, entry: { key, ...(removed && { removed }) } };
  }
}

/** Throws for an invalid response. Data stays as written. */
function readAnswer({ value, text }: BackendAnswer): z.output<typeof ANSWER> {
  const given = value as { readonly result?: { readonly items?: unknown } } | null;
  const items = given?.result?.items;
  if (!Array.isArray(items)) return ANSWER.parse(value);
  const texts = rawItems(rawMember(text, 'result', 'items') ?? '[]');
  const raw = items.map((item, at) => withRaw(item, texts[at] ?? '{}', ['data']));
  return ANSWER.parse({ result: { items: raw } });
}

/** The topic for a key's trackers of one protocol. */
function trackTopicOf(protocol: Protocol, channel: string, key: string): string {
  return `${protocol.name}/${channel}\nk${key}`;
}
