import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { programOf } from '../servers/program.ts';
import { promtool, promtoolPath } from '../servers/promtool.ts';

const TOKEN = 'a-token-for-prometheus-alone';
const folder = (name: string) => fileURLToPath(new URL(`../../deploy/${name}/`, import.meta.url));
const PROMETHEUS = folder('prometheus');
const RULES = readFileSync(`${PROMETHEUS}banyan-alerts.yml`, 'utf8');
const DASHBOARD = readFileSync(`${folder('grafana')}banyan.json`, 'utf8');
/** Metric names; the suffixes that Prometheus adds to histograms are removed. */
const namesIn = (text: string) =>
  new Set(
    [...text.matchAll(/\b(?:banyan|process)_[a-z_]+/g)].map(([name]) => name.replace(/_(?:bucket|sum|count)$/, '')),
  );

describe('OB3 the alert rules', () => {
  test('are valid', async () => {
    expect(await promtool(PROMETHEUS, 'check', 'rules', 'banyan-alerts.yml')).toMatchObject({ ok: true });
    const config = await promtool(PROMETHEUS, 'check', 'config', '--syntax-only', 'prometheus.yml');
    expect(config).toMatchObject({ ok: true });
  });

  test('fire under their conditions only', async () => {
    const { ok, said } = await promtool(PROMETHEUS, 'test', 'rules', 'banyan-alerts.test.yml');
    expect([ok, said.includes('SUCCESS')]).toEqual([true, true]);
  });
});

describe('OB3 rules and dashboard', () => {
  let server: BanyanProcess;
  beforeAll(async () => {
    server = await startBanyan({ BANYAN_METRICS_TOKEN: TOKEN });
  });
  afterAll(() => server.stop());

  test('use only metrics that /metrics has', async () => {
    const response = await fetch(`${server.url}/metrics`, { headers: { Authorization: `Bearer ${TOKEN}` } });
    const known = namesIn((await response.text()).replaceAll(/^[^#].*$/gm, ''));
    const asked = [...namesIn(RULES), ...namesIn(DASHBOARD)];
    expect(asked.length).toBeGreaterThan(15);
    expect(asked.filter((name) => !known.has(name))).toEqual([]);
  });

  test('of Grafana have a query in every panel', () => {
    type Panel = { readonly title: string; readonly targets: readonly { readonly expr: string }[] };
    const { panels } = JSON.parse(DASHBOARD) as { readonly panels: readonly Panel[] };
    expect(panels.length).toBeGreaterThan(8);
    for (const { title, targets } of panels) {
      expect([title, targets.length > 0 && targets.every(({ expr }) => expr !== '')]).toEqual([title, true]);
    }
  });

  test("/metrics passes promtool's check", async () => {
    const script = `"${programOf('curl')}" -s -H "Authorization: Bearer ${TOKEN}" ${server.url}/metrics | "${promtoolPath()}" check metrics`;
    const run = Bun.spawn([programOf('bash'), '-c', script], { stdout: 'pipe', stderr: 'pipe' });
    expect([await new Response(run.stderr).text(), await run.exited]).toEqual(['', 0]);
  });
});
