import type { Fields } from '../../ports/telemetry.ts';
import type { Attributes, Span, TraceContext, Traces } from '../../ports/traces.ts';
import { namespaceOf } from '../channels/namespace.ts';
import { DisconnectError } from '../disconnects.ts';
import { toClientError } from '../errors.ts';
import type { Command } from '../protocol/commands.ts';

/** OpenTelemetry's name for what carries messages here. */
const SYSTEM = { 'messaging.system': 'banyan' } as const;

/** Of whom a command is. */
type Asker = { readonly client: string; readonly protocol: { readonly name: string } };

/** The span of a client's command; undefined when it is not recorded. */
export function beginCommand(traces: Traces | undefined, asker: Asker, command: Command): Span | undefined {
  const span = traces?.begin(command.kind, 'server', command.caller);
  span?.set({
    ...('channel' in command && channelAttributes(command.channel)),
    ...(command.kind === 'rpc' && { 'rpc.method': command.method }),
    'messaging.client.id': asker.client,
    'banyan.protocol': asker.protocol.name,
  });
  return span;
}

/** The span of a question that the node itself has for the developer's backend; undefined when it is not recorded. */
export function beginQuestion(
  traces: Traces | undefined,
  name: 'refresh' | 'sub_refresh' | 'poll',
  about: { readonly asker?: Asker; readonly channel?: string; readonly items?: number },
): Span | undefined {
  const span = traces?.begin(name, 'internal');
  const { asker, channel, items } = about;
  span?.set({
    ...(channel !== undefined && channelAttributes(channel)),
    'messaging.client.id': asker?.client,
    'banyan.protocol': asker?.protocol.name,
    'messaging.batch.message_count': items,
  });
  return span;
}

/** Does the work and ends its span, where it has one; an exception before the first `await` is a rejection too. */
export async function ending<T>(span: Span | undefined, work: () => Promise<T>): Promise<T> {
  if (span === undefined) return work();
  return timed(span, work);
}

/** The span of one publication, from being asked for to being as safe as its channel promises. */
export function beginPublication(cause: Span, channel: string, data: string): Span {
  const span = cause.child(nameOf('publish', channel), 'producer');
  span.set({
    ...channelAttributes(channel),
    'messaging.operation.name': 'publish',
    'messaging.operation.type': 'send',
    'messaging.message.body.size': data.length,
  });
  return span;
}

function channelAttributes(channel: string): Attributes {
  return {
    ...SYSTEM,
    'messaging.destination.name': channel,
    'messaging.destination.template': channel.includes(':') ? `${namespaceOf(channel)}:*` : '*',
  };
}

/** Channels are too many to name spans by; namespaces are few. */
function nameOf(operation: string, channel: string): string {
  return channel.includes(':') ? `${operation} ${namespaceOf(channel)}` : operation;
}

/** The span of handing publications of one channel to its subscribers; undefined when none of them is recorded. */
export function beginDelivery(
  traces: Traces,
  channel: string,
  publications: readonly { readonly trace?: TraceContext }[],
): Span | undefined {
  const [first, ...more] = publications.flatMap(({ trace }) => trace ?? []);
  if (first === undefined) return undefined;
  const span = traces.resume(nameOf('deliver', channel), 'producer', [first, ...more]);
  span.set({
    ...channelAttributes(channel),
    'messaging.operation.name': 'deliver',
    'messaging.operation.type': 'send',
    'messaging.batch.message_count': publications.length,
  });
  return span;
}

/** Ends the span of a step that threw. What the caller did wrong is told, but is no failure, as with HTTP's 4xx. */
export function endFailed(span: Span | undefined, thrown: unknown): void {
  if (span === undefined) return;
  if (thrown instanceof DisconnectError) span.set({ 'error.type': thrown.kind });
  else {
    const { kind, status } = toClientError(thrown);
    span.set({ 'error.type': kind });
    if (status >= 500) span.fail(thrown);
  }
  span.end();
}

/** What headers say of their sender's trace; `header` gives the one of a name. */
export function callerOf(header: (name: string) => unknown): TraceContext | undefined {
  const [traceparent, tracestate] = [header('traceparent'), header('tracestate')];
  if (typeof traceparent !== 'string') return undefined;
  return { traceparent, ...(typeof tracestate === 'string' && { tracestate }) };
}

/** Does a step under a span of its own, where what it is part of is recorded. */
export function within<T>(parent: Span | undefined, name: string, step: () => Promise<T>): Promise<T> {
  return parent === undefined ? step() : timed(parent.child(name, 'internal'), step);
}

async function timed<T>(span: Span, step: () => Promise<T>): Promise<T> {
  try {
    const result = await step();
    span.end();
    return result;
  } catch (error) {
    endFailed(span, error);
    throw error;
  }
}

/** By which a log record is found from a trace, and a trace from the record. */
export function traceFields(span: Span | undefined): Fields {
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
}
