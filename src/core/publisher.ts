import type { Clock } from '../ports/clock.ts';
import type { Append, Log, Page, Publication, ReadRange } from '../ports/log.ts';
import type { Span } from '../ports/traces.ts';
import { AppendQueue, type QueueBounds } from './append-queue.ts';
import { isWrapped } from './binary-data.ts';
import { ClientError } from './errors.ts';
import type { Published, PublishOptions } from './feature.ts';
import type { Maps } from './maps.ts';
import { type Namespace, retentionOf } from './namespace.ts';
import type { Permissions } from './permissions.ts';
import { readPages } from './read-pages.ts';
import { beginPublication, endFailed } from './tracing.ts';
import { utf8Length } from './wire-bytes.ts';

type PublisherSettings = {
  readonly clock: Clock;
  readonly permissions: Permissions;
  readonly maps: Maps;
  readonly logs: { readonly memory: Log; readonly durable: Log };
  readonly limits: { readonly queue: QueueBounds; readonly recoveryBytes: number };
  /** Tells every node what was accepted into a channel. */
  readonly tell: (channel: string, epoch: string, publication: Publication) => void;
  readonly refused: (limit: 'dataBytes') => void;
};

/** Takes publications into the log of their channel's namespace, tells of them when they are in, and reads them. */
export class Publisher {
  /** What waits to be written, and how long that takes. */
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

  /** The log of a namespace; undefined where no history is kept. */
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
  async #publish(channel: string, data: string, options: PublishOptions): Promise<Published> {
    const { permissions, clock, maps } = this.#settings;
    const namespace = permissions.namespace(channel);
    this.#checkSize(namespace, data);
    const { key, info, tags, entry, except, writes, fleeting, span } = options;
    if (entry === undefined || data !== 'null') checkFormat(namespace, data);
    const time = clock.now();
    const nothing = { offset: 0, epoch: '', time, repeated: false };
    if (!maps.takes(channel, namespace, entry)) return nothing;
    const body = {
      ...{ data, time },
      ...(info !== undefined && { info }),
      ...(tags !== undefined && { tags }),
      ...(entry !== undefined && { entry }),
      ...(except !== undefined && { except }),
    };
    const queue = fleeting === true ? undefined : this.#queueOf(namespace);
    if (queue === undefined) {
      this.#accept(channel, namespace, { epoch: '', publication: { offset: 0, ...body, ...traceOf(span) } });
      return nothing;
    }
    const append: Append = {
      channel,
      retention: retentionOf(namespace),
      ...body,
      ...(key !== undefined && { key }),
      ...(writes !== undefined && { writes }),
    };
    const outcome = await queue.append(append, span);
    if ('refused' in outcome) throw new ClientError('conflict', { cause: outcome.refused });
    const { epoch, offset } = outcome.position;
    const publication = { offset, ...body, ...traceOf(span) };
    if (!outcome.repeated) this.#accept(channel, namespace, { epoch, publication });
    return { offset, epoch, time: outcome.time, repeated: outcome.repeated };
  }

  /** See `Channels.read`. */
  async read(channel: string, range: ReadRange): Promise<Page> {
    const { permissions, clock, limits } = this.#settings;
    const namespace = permissions.namespace(channel);
    const log = this.#keptLog(namespace);
    const page = await readPages(log, channel, { ...range, bytes: limits.recoveryBytes });
    const oldest = namespace.historySize > 0 ? page.top.offset - namespace.historySize : 0;
    const since = namespace.historyTtlMs > 0 ? clock.now() - namespace.historyTtlMs : 0;
    // A read that began in what is over the bound starts again behind it.
    if (range.reverse !== true && range.limit > 0 && (range.after ?? 0) < oldest) {
      return this.read(channel, { ...range, after: oldest });
    }
    const publications = page.publications.filter(({ offset, time }) => offset > oldest && time >= since);
    return { publications, top: page.top };
  }

  /** Forgets what was published in the channel; offsets go on. Throws `notAvailable` where nothing is kept. */
  async trim(channel: string): Promise<void> {
    await this.#keptLog(this.#settings.permissions.namespace(channel)).trim(channel);
  }

  /** Resolves when what was accepted is in the log. */
  async drained(): Promise<void> {
    await Promise.all([this.queues.memory.drained(), this.queues.durable.drained()]);
  }

  #checkSize({ dataBytes }: Namespace, data: string): void {
    // Without looking at each character, where there can be no doubt.
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

  #accept(
    channel: string,
    namespace: Namespace,
    { epoch, publication }: { readonly epoch: string; readonly publication: Publication },
  ): void {
    this.accepted += 1;
    const { maps, tell } = this.#settings;
    if (publication.entry !== undefined) maps.apply({ channel, publication, ttlMs: namespace.mapTtlMs });
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

function traceOf(span: Span | undefined): Pick<Publication, 'trace'> | undefined {
  return span && { trace: span.context };
}
