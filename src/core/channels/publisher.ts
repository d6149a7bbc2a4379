import type { Clock } from '../../ports/clock.ts';
import type { Append, Log, MapEntry, Page, Position, Publication, ReadRange } from '../../ports/log.ts';
import type { Span } from '../../ports/traces.ts';
import type { Permissions } from '../access/permissions.ts';
import { ClientError } from '../errors.ts';
import type { Maps, SetOptions } from '../maps/maps.ts';
import type { StoredMaps } from '../maps/stored-maps.ts';
import { beginPublication, endFailed } from '../measures/tracing.ts';
import type { Published, PublishOptions } from '../operations/feature.ts';
import { isWrapped } from '../text/binary-data.ts';
import { isDeeper } from '../text/json-depth.ts';
import { utf8Length } from '../text/wire-bytes.ts';
import { AppendQueue, type QueueBounds } from './append-queue.ts';
import { isExpired, type Namespace, retentionOf, sizeFloorOf } from './namespace.ts';
import { readPages } from './read-pages.ts';

/**
 * Maximum nesting of a publication's data. Stock JSON parsers stop at 255 (Gson), 512 (PHP, Swift) or about 1,000
 * (Python, Jackson) levels, and a client that cannot parse a message loses its history page, or its connection;
 * protocols use some of these levels for their own envelope.
 */
const DEPTH_LIMIT = 200;

type PublisherSettings = {
  readonly clock: Clock;
  readonly permissions: Permissions;
  readonly maps: Maps;
  readonly storedMaps: StoredMaps;
  readonly logs: { readonly memory: Log; readonly durable: Log };
  readonly limits: { readonly queue: QueueBounds; readonly recoveryBytes: number };
  /** Announces accepted publications to all nodes. */
  readonly tell: (channel: string, epoch: string, publication: Publication) => void;
  /** Nothing of the channel is kept any more up to this position. */
  readonly trimmed: (channel: string, to: Position) => void;
  readonly refused: (limit: 'dataBytes') => void;
};

/**
 * Appends publications to the log of their channel's namespace, announces them once they are stored, and reads them.
 */
export class Publisher {
  /** The queue's length, and write times. */
  readonly queues: { readonly memory: AppendQueue; readonly durable: AppendQueue };
  /** Publications accepted since the start. */
  accepted = 0;
  readonly #settings: PublisherSettings;

  constructor(settings: PublisherSettings) {
    this.#settings = settings;
    const { logs, clock, limits } = settings;
    this.queues = {
      memory: new AppendQueue(logs.memory, clock, limits.queue),
      durable: new AppendQueue(logs.durable, clock, limits.queue),
    };
  }

  /** The log of a namespace; undefined without history. */
  logOf(namespace: Namespace): Log | undefined {
    return this.#queueOf(namespace)?.log;
  }

  /** See `Channels.publish`. */
  publish(channel: string, data: string, options: PublishOptions = {}): Promise<Published> {
    if (options.span === undefined) return this.#publish(channel, data, options);
    const { span: cause, ...untraced } = options;
    if (!cause.isRecorded) return this.#publish(channel, data, untraced);
    const span = beginPublication(cause, channel, data);
    return endedWith(span, this.#publish(channel, data, { ...untraced, span }));
  }

  /** `options.span`: the publication's own. */
  #publish(channel: string, data: string, options: PublishOptions): Promise<Published> {
    const { permissions, storedMaps } = this.#settings;
    try {
      const namespace = permissions.namespace(channel);
      this.#checkSize(namespace, data);
      checkDepth(data);
      if (options.entry === undefined || data !== 'null') checkFormat(namespace, data);
      if (storedMaps.isReady(channel, namespace)) return this.#publishReady(channel, data, { namespace, options });
      return this.#publishWhenReady(channel, data, { namespace, options });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Publications sent while the map is loaded wait for it, and continue in order. */
  async #publishWhenReady(channel: string, data: string, wanted: PublicationRequest): Promise<Published> {
    const { storedMaps } = this.#settings;
    while (!storedMaps.isReady(channel, wanted.namespace)) await storedMaps.prepare(channel, wanted.namespace);
    return this.#publishReady(channel, data, wanted);
  }

  #publishReady(channel: string, data: string, { namespace, options }: PublicationRequest): Promise<Published> {
    const { clock, maps } = this.#settings;
    const { entry } = options;
    const sending = { namespace, time: clock.now(), options };
    const isTaken = maps.takes(channel, namespace, { entry, data });
    if (entry === undefined) return this.#send(channel, data, sending);
    return isTaken ? this.#sendEntry(channel, data, entry, sending) : Promise.resolve(notThere(sending.time));
  }

  async #sendEntry(channel: string, data: string, entry: MapEntry, sending: Sending): Promise<Published> {
    const { maps } = this.#settings;
    const { namespace, time, options } = sending;
    const suppressed = maps.suppresses(channel, entry, options);
    if (suppressed !== undefined) {
      return { ...(await this.#topOf(channel, namespace)), time, repeated: true, suppressed };
    }
    const first = maps.findSet(channel, entry, options.key);
    if (first !== undefined) {
      const { epoch } = await this.#topOf(channel, namespace);
      return { epoch, offset: first.offset, time: first.time, repeated: true, suppressed: 'idempotency' };
    }
    const done = maps.begin(channel, entry, options);
    try {
      const published = await this.#send(channel, data, sending);
      return published.repeated ? { ...published, suppressed: 'idempotency' } : published;
    } finally {
      done();
    }
  }

  async #send(channel: string, data: string, { namespace, time, options }: Sending): Promise<Published> {
    const { key, version, entry, writes, fleeting, span } = options;
    const terms = entry && { key, version };
    const queue = fleeting === true ? undefined : this.#queueOf(namespace);
    if (queue === undefined) {
      const publication = withOptions({ offset: 0, time, data }, options);
      if (span !== undefined) publication.trace = span.context;
      this.#accept(channel, namespace, { epoch: '', publication, terms });
      return { offset: 0, epoch: '', time, repeated: false };
    }
    const append: Mutable<Append> = withOptions({ channel, data, time, retention: retentionOf(namespace) }, options);
    if (key !== undefined) append.key = key;
    if (version !== undefined) append.version = version;
    if (writes !== undefined) append.writes = writes;
    const outcome = await queue.append(append, span);
    if ('refused' in outcome) throw new ClientError('conflict', { cause: outcome.refused });
    const { epoch, offset } = outcome.position;
    if (outcome.floor !== undefined) this.#settings.trimmed(channel, { epoch, offset: outcome.floor });
    if (!outcome.repeated) {
      const publication = withOptions({ offset, time, data }, options);
      if (span !== undefined) publication.trace = span.context;
      this.#accept(channel, namespace, { epoch, publication, terms });
    }
    return { offset, epoch, time: outcome.time, repeated: outcome.repeated };
  }

  /** See `Channels.read`. */
  async read(channel: string, range: ReadRange): Promise<Page> {
    const { permissions, clock, limits } = this.#settings;
    const namespace = permissions.namespace(channel);
    const log = this.#keptLog(namespace);
    const page = await readPages(log, channel, { ...range, bytes: limits.recoveryBytes });
    const floor = sizeFloorOf(namespace, page.top.offset);
    // A read that starts in trimmed history starts again after it.
    if (range.reverse !== true && range.limit > 0 && (range.after ?? 0) < floor) {
      return this.read(channel, { ...range, after: floor });
    }
    const now = clock.now();
    const publications = page.publications.filter(
      ({ offset, time }) => offset > floor && !isExpired(namespace, time, now),
    );
    return { publications, top: page.top };
  }

  /** Removes the channel's history, up to the returned position. Throws `notAvailable` without history. */
  async trim(channel: string): Promise<Position> {
    return this.#keptLog(this.#settings.permissions.namespace(channel)).trim(channel);
  }

  async #topOf(channel: string, namespace: Namespace): Promise<{ readonly offset: number; readonly epoch: string }> {
    return (await this.logOf(namespace)?.position(channel)) ?? { offset: 0, epoch: '' };
  }

  /** The end of the channel's history; offset 0 and no epoch without history. */
  position(channel: string): Promise<{ readonly offset: number; readonly epoch: string }> {
    return this.#topOf(channel, this.#settings.permissions.namespace(channel));
  }

  /** Resolves when accepted publications are stored. */
  async drained(): Promise<void> {
    await Promise.all([this.queues.memory.drained(), this.queues.durable.drained()]);
  }

  #checkSize({ dataBytes }: Namespace, data: string): void {
    // Avoids counting bytes if the length leaves no doubt.
    if (dataBytes === 0 || data.length * 3 <= dataBytes || utf8Length(data) <= dataBytes) return;
    this.#settings.refused('dataBytes');
    throw new ClientError('tooLarge', { field: 'data', message: `must have at most ${dataBytes} bytes here` });
  }

  #keptLog(namespace: Namespace): Log {
    const log = this.logOf(namespace);
    if (log === undefined) throw new ClientError('notAvailable', { message: 'this channel keeps no history' });
    return log;
  }

  #queueOf(namespace: Namespace): AppendQueue | undefined {
    return namespace.history === 'none' ? undefined : this.queues[namespace.history];
  }

  #accept(channel: string, namespace: Namespace, { epoch, publication, terms }: Accepted): void {
    this.accepted += 1;
    const { storedMaps, tell } = this.#settings;
    if (publication.entry !== undefined) {
      const change = { channel, publication, ttlMs: namespace.mapTtlMs, ...(terms !== undefined && { terms }) };
      storedMaps.apply(change, namespace);
    }
    tell(channel, epoch, publication);
  }
}

function checkFormat({ dataFormat }: Namespace, data: string): void {
  if (dataFormat === 'any') return;
  if (isWrapped(data)) throw new ClientError('badRequest', { field: 'data', message: 'must be JSON here' });
  if (dataFormat === 'jsonObject' && !/^\s*\{/.test(data)) {
    throw new ClientError('badRequest', { field: 'data', message: 'must be a JSON object here' });
  }
}

function checkDepth(data: string): void {
  if (!isDeeper(data, DEPTH_LIMIT)) return;
  throw new ClientError('invalidInput', {
    field: 'data',
    message: `must not be nested deeper than ${DEPTH_LIMIT} levels`,
  });
}

/** The publication, in the form its namespace requires. */
type PublicationRequest = { readonly namespace: Namespace; readonly options: PublishOptions };

type Sending = { readonly namespace: Namespace; readonly time: number; readonly options: PublishOptions };
type Accepted = { readonly epoch: string; readonly publication: Publication; readonly terms: SetOptions | undefined };

function notThere(time: number): Published {
  return { offset: 0, epoch: '', time, repeated: false, suppressed: 'keyNotFound' };
}

async function endedWith(span: Span, publishing: Promise<Published>): Promise<Published> {
  try {
    const published = await publishing;
    const { offset, epoch, repeated } = published;
    span.set({ 'messaging.message.id': `${epoch}/${offset}`, 'banyan.repeated': repeated });
    span.end();
    return published;
  } catch (error) {
    endFailed(span, error);
    throw error;
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * With the options of the publication. Field by field: this runs for every publication, and conditional spreads cost
 * more than all the rest.
 */
function withOptions<T extends Pick<Publication, 'data' | 'time'>>(
  target: T,
  { info, tags, entry, except }: PublishOptions,
): T & Mutable<Pick<Publication, 'info' | 'tags' | 'entry' | 'except' | 'trace'>> {
  const publication: T & Mutable<Pick<Publication, 'info' | 'tags' | 'entry' | 'except' | 'trace'>> = target;
  if (info !== undefined) publication.info = info;
  if (tags !== undefined) publication.tags = tags;
  if (entry !== undefined) publication.entry = entry;
  if (except !== undefined) publication.except = except;
  return publication;
}
