import { describe, expect, test } from 'bun:test';
import { loadConfig } from './load-config.ts';
import { pairsOf, tracesSettingsOf } from './trace-settings.ts';

const settingsOf = (env: Readonly<Record<string, string>>) =>
  tracesSettingsOf(loadConfig({ args: [], env, readFile: () => undefined }).config);

describe("OB4 OpenTelemetry's settings", () => {
  test('trace nothing without a collector', () => {
    expect(settingsOf({})).toBeUndefined();
    expect(settingsOf({ OTEL_SERVICE_NAME: 'x', OTEL_TRACES_SAMPLER: 'always_on' })).toBeUndefined();
  });

  test('trace everything by default, as this service', () => {
    expect(settingsOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318/' })).toMatchObject({
      url: 'http://localhost:4318/v1/traces',
      headers: {},
      resource: { 'service.name': 'banyan' },
      sampler: 'parentbased_always_on',
      ratio: 1,
    });
  });

  test('for traces override general ones', () => {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example/in',
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20secret, other = x=y ',
      OTEL_SERVICE_NAME: 'chat',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=not-this,deployment.environment.name=test',
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.01',
    };
    expect(settingsOf(env)).toMatchObject({
      url: 'https://traces.example/in',
      headers: { 'api-key': 'a secret', other: 'x=y' },
      resource: { 'service.name': 'chat', 'deployment.environment.name': 'test' },
      sampler: 'parentbased_traceidratio',
      ratio: 0.01,
    });
  });

  test.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'localhost:4318'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://localhost:4318/?key=x'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://user:password@localhost:4318'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'no-value'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'key=%0d%0aother: x'],
    ['OTEL_TRACES_SAMPLER', 'sometimes'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
    ['OTEL_TRACES_SAMPLER_ARG', 'half'],
  ])('that are invalid stop the start: %s=%s', (name, value) => {
    expect(() => settingsOf({ [name]: value })).toThrow(name);
  });

  test('do not show an invalid secret header', () => {
    expect(() => settingsOf({ OTEL_EXPORTER_OTLP_HEADERS: 'do-not-tell' })).not.toThrow('do-not-tell');
  });

  test('may have pairs named like object properties', () => {
    expect(pairsOf('')).toEqual({});
    expect(Object.entries(pairsOf('__proto__=x,constructor=y') ?? {})).toContainEqual(['constructor', 'y']);
  });
});
