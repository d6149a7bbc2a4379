import { SAMPLERS, type SamplerName } from '../adapters/otel/samplers.ts';
import { choice, isLine, type Setting, text } from './setting.ts';
import { VERSION } from './version.ts';

/** Trace export. The environment names are OpenTelemetry's own. */
export const TRACE_SETTINGS = {
  otlpEndpoint: text({
    env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    default: '',
    rule: 'empty, or an http(s) address without a query or a password, as http://localhost:4318',
    is: (value) => value === '' || isCollector(value),
    doc: 'An OpenTelemetry collector, which is sent traces by OTLP over HTTP (Protobuf) at `/v1/traces` below this address. Empty: nothing is traced.',
  }),
  otlpTracesEndpoint: text({
    env: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    default: '',
    rule: 'empty, or an http(s) address without a query or a password, as http://localhost:4318/v1/traces',
    is: (value) => value === '' || isCollector(value),
    doc: 'Instead of that, the whole address that takes traces.',
  }),
  otlpHeaders: text({
    env: 'OTEL_EXPORTER_OTLP_HEADERS',
    default: '',
    secret: true,
    rule: 'empty, or pairs as api-key=secret, separated by commas, with percent escapes',
    is: (value) => pairsOf(value) !== undefined,
    doc: 'Headers that the collector asks for, as `api-key=secret,other=value`.',
  }),
  serviceName: text({
    env: 'OTEL_SERVICE_NAME',
    default: 'banyan',
    rule: 'one line',
    is: (value) => value !== '' && isLine(value),
    doc: 'What traces call this server (`service.name`).',
  }),
  resourceAttributes: text({
    env: 'OTEL_RESOURCE_ATTRIBUTES',
    default: '',
    rule: 'empty, or pairs as deployment.environment.name=production, separated by commas, with percent escapes',
    is: (value) => pairsOf(value) !== undefined,
    doc: 'What else traces say of this server, as `deployment.environment.name=production,host.name=a`.',
  }),
  tracesSampler: choice({
    env: 'OTEL_TRACES_SAMPLER',
    default: 'parentbased_always_on',
    of: SAMPLERS,
    doc: "What is traced: everything, nothing, or a part (`tracesSamplerArg`). With `parentbased_`, that is for requests without a `traceparent`, and the caller's own decision holds for the others, for at most 100 a second.",
  }),
  tracesSamplerArg: text({
    env: 'OTEL_TRACES_SAMPLER_ARG',
    default: '',
    rule: 'empty, or a number from 0 to 1',
    is: isShare,
    doc: 'The part that is traced with a sampler by ratio: `0.01` is one in a hundred. Empty: all.',
  }),
} as const satisfies Record<string, Setting>;

/** The exporter's configuration. */
export type TracesSettings = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly resource: Readonly<Record<string, string>>;
  readonly version: string;
  readonly sampler: SamplerName;
  readonly ratio: number;
};

/** The settings about traces. */
type Configured = {
  readonly otlpEndpoint: string;
  readonly otlpTracesEndpoint: string;
  readonly otlpHeaders: string;
  readonly serviceName: string;
  readonly resourceAttributes: string;
  readonly tracesSampler: SamplerName;
  readonly tracesSamplerArg: string;
};

/** Undefined without a collector: then nothing is traced. */
export function tracesSettingsOf(configured: Configured): TracesSettings | undefined {
  const { otlpEndpoint, otlpTracesEndpoint, otlpHeaders, serviceName, resourceAttributes } = configured;
  if (otlpEndpoint === '' && otlpTracesEndpoint === '') return undefined;
  const { tracesSampler: sampler, tracesSamplerArg } = configured;
  return {
    url: otlpTracesEndpoint === '' ? `${otlpEndpoint.replace(/\/+$/, '')}/v1/traces` : otlpTracesEndpoint,
    headers: pairsOf(otlpHeaders) ?? {},
    resource: {
      'service.version': VERSION,
      ...pairsOf(resourceAttributes),
      'service.name': serviceName,
    },
    version: VERSION,
    ...{ sampler, ratio: tracesSamplerArg === '' ? 1 : Number(tracesSamplerArg) },
  };
}

/**
 * Comma-separated `key=value` pairs, values with percent escapes; undefined if invalid.
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables
 */
export function pairsOf(text: string): Record<string, string> | undefined {
  const pairs: Record<string, string> = {};
  for (const pair of text.split(',')) {
    if (pair.trim() === '') continue;
    const [, key = '', value = ''] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*=(.*)$/s.exec(pair) ?? [];
    const decoded = decodedOf(value.trim());
    if (key === '' || decoded === undefined) return undefined;
    pairs[key] = decoded;
  }
  return pairs;
}

function decodedOf(value: string): string | undefined {
  try {
    const decoded = decodeURIComponent(value);
    return /[\r\n\0]/.test(decoded) ? undefined : decoded;
  } catch {
    return undefined;
  }
}

/** A ratio from 0 to 1: the argument of `OTEL_TRACES_SAMPLER_ARG`. */
export function isShare(value: string): boolean {
  return value === '' || (/^(\d+(\.\d*)?|\.\d+)$/.test(value) && Number(value) <= 1);
}

/** An http(s) URL without parts that would be logged although secret, or lost. */
export function isCollector(value: string): boolean {
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol)) return false;
  return [url.search, url.hash, url.username, url.password].every((part) => part === '');
}
