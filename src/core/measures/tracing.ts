import type { Fields } from '../../ports/telemetry.ts';
import type { Attributes, Span, TraceContext, Traces } from '../../ports/traces.ts';
import { namespaceOf } from '../channels/namespace.ts';
import { DisconnectError } from '../disconnects.ts';
import { toClientError } from '../errors.ts';
import type { Command } from '../protocol/commands.ts';

/** OpenTelemetry's attribute value for the messaging system. */
const SYSTEM = { 'messaging.system': 'banyan' } as const;

/** The command's client. */
type Asker = { readonly client: string; readonly protocol: { readonly name: string } };

/** The span of a client's command; undefined if it is not recorded. */
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

/** The span of the node's own request to the developer's backend; undefined if it is not recorded. */
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

/** Runs the work and ends its span, if there is one; an exception before the first `await` becomes a rejection. */
export async function ending<T>(span: Span | undefined, work: () => Promise<T>): Promise<T> {
  if (span === undefined) return work();
  return timed(span, work);
}

/** The span of one publication, from the request to the durability its channel promises. */
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

/** There are too many channels for span names; namespaces are few. */
function nameOf(operation: string, channel: string): string {
  return channel.includes(':') ? `${operation} ${namespaceOf(channel)}` : operation;
}

/** The span of delivering publications of one channel; undefined if none of them is recorded. */
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

/** Ends the span of a step that threw. A caller's error is recorded, but not as a failure, like HTTP's 4xx. */
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

/** Reads the sender's trace from headers; `header` returns the one of a name. */
export function callerOf(header: (name: string) => unknown): TraceContext | undefined {
  const [traceparent, tracestate] = [header('traceparent'), header('tracestate')];
  if (typeof traceparent !== 'string') return undefined;
  return { traceparent, ...(typeof tracestate === 'string' && { tracestate }) };
}

/** Runs a step under its own span, if its parent is recorded. */
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

/** Fields that connect log records and traces. */
export function traceFields(span: Span | undefined): Fields {
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
}
