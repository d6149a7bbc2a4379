import type { SamplerName } from '../adapters/otel/samplers.ts';
import { VERSION } from './version.ts';

/** What traces are exported by. */
export type TracesSettings = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly resource: Readonly<Record<string, string>>;
  readonly version: string;
  readonly sampler: SamplerName;
  readonly ratio: number;
};

/** Of the settings, those that are about traces. */
type Stated = {
  readonly otlpEndpoint: string;
  readonly otlpTracesEndpoint: string;
  readonly otlpHeaders: string;
  readonly serviceName: string;
  readonly resourceAttributes: string;
  readonly tracesSampler: SamplerName;
  readonly tracesSamplerArg: string;
};

/** Undefined while no collector is named: nothing is traced then. */
export function tracesSettingsOf(stated: Stated): TracesSettings | undefined {
  const { otlpEndpoint, otlpTracesEndpoint, otlpHeaders, serviceName, resourceAttributes } = stated;
  if (otlpEndpoint === '' && otlpTracesEndpoint === '') return undefined;
  const { tracesSampler: sampler, tracesSamplerArg } = stated;
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
 * `key=value` pairs with commas between, values with percent escapes; undefined for anything else.
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

/** A part of one: what `OTEL_TRACES_SAMPLER_ARG` may be. */
export function isShare(value: string): boolean {
  return value === '' || (/^(\d+(\.\d*)?|\.\d+)$/.test(value) && Number(value) <= 1);
}

/** An http(s) address without what would be shown though it is secret, or lost. */
export function isCollector(value: string): boolean {
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol)) return false;
  return [url.search, url.hash, url.username, url.password].every((part) => part === '');
}
