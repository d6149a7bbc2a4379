import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { Records } from '../servers/records.ts';
import { RawClient } from './raw-client.ts';

export type Told = { readonly epoch: string; readonly recovered: boolean; readonly ids: readonly string[] };
type History = { readonly epoch: string; readonly offset: number; readonly publications: readonly Entry[] };
export type Entry = { readonly offset: number; readonly data: { readonly id: string } };

const METRICS_TOKEN = 'a-token-for-prometheus-alone';

/** A server and its data folder, which a test can damage while the server is down. */
export class StoredData {
  readonly folder = mkdtempSync(join(tmpdir(), 'banyan-stored-'));
  readonly records = new Records();
  #server: BanyanProcess | undefined;

  path(name: string): string {
    return join(this.folder, name);
  }

  get server(): BanyanProcess {
    if (this.#server === undefined) throw new Error('there is no server');
    return this.#server;
  }

  /** Rejects if the server refuses to start; `refusal` says why. */
  async start(): Promise<void> {
    const records = { BANYAN_LOG_FORMAT: 'json', BANYAN_LOG_LEVEL: 'info' };
    const settings = { BANYAN_CLIENT_INSECURE: 'true', BANYAN_METRICS_TOKEN: METRICS_TOKEN, ...records };
    this.#server = await startBanyan({ ...settings, BANYAN_DATA: this.folder }, this.records.through);
  }

  /** The one line with which a start was refused; undefined if the server started. */
  async refusal(): Promise<string | undefined> {
    const before = this.records.text().length;
    try {
      await this.start();
      return undefined;
    } catch {
      const said = this.records.text().slice(before);
      const lines = said.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
      const line = lines.length === 1 ? /^banyan: .+$/.exec(lines[0] ?? '')?.[0] : undefined;
      if (line === undefined) throw new Error(`it did not end with one line: ${said}`);
      return line;
    }
  }

  /** Stops it cleanly. */
  async stop(): Promise<void> {
    await this.#server?.stop();
    this.#server = undefined;
  }

  async kill(): Promise<void> {
    await this.server.crash();
    this.#server = undefined;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
    this.records.remove();
  }

  /** Publishes these one after another; returns the acknowledged ids. */
  async publish(channel: string, ids: readonly string[], padding = ''): Promise<string[]> {
    const client = await this.#client();
    const acked: string[] = [];
    for (const id of ids) {
      const answer = await client.ask({ publish: { channel, data: { id, padding } } });
      if (answer.error === undefined) acked.push(id);
    }
    client.end();
    return acked;
  }

  /** The reply to a subscribe; with `since`, of a client that reconnects. */
  async subscribe(channel: string, since?: { readonly epoch: string; readonly offset: number }): Promise<Told> {
    const client = await this.#client();
    const recovery = since === undefined ? {} : { recover: true, ...since };
    const answer = await client.ask({ subscribe: { channel, ...recovery } });
    client.end();
    if (answer.subscribe === undefined) throw new Error(JSON.stringify(answer.error));
    const { epoch, recovered = false, publications = [] } = answer.subscribe;
    return { epoch, recovered, ids: publications.map(({ data }) => (data as Entry['data']).id) };
  }

  /** As much of a channel's history as is readable, page by page; undefined if even its end is unreadable. */
  async history(channel: string): Promise<History | undefined> {
    const client = await this.#client();
    const entries: Entry[] = [];
    let found: History | undefined;
    for (;;) {
      const after = entries.at(-1);
      const since =
        after === undefined || found === undefined ? {} : { since: { epoch: found.epoch, offset: after.offset } };
      const answer = await client.ask({ history: { channel, limit: 100, ...since } });
      const page = answer.history as History | undefined;
      if (page === undefined) break;
      found = page;
      if ((page.publications ?? []).length === 0) break;
      entries.push(...page.publications);
    }
    client.end();
    return found && { epoch: found.epoch, offset: found.offset ?? 0, publications: entries };
  }

  async readiness(): Promise<{ readonly code: number; readonly status: string; readonly damage?: string }> {
    const response = await fetch(`${this.server.url}/readyz`);
    return { code: response.status, ...((await response.json()) as { status: string }) };
  }

  /** The value of a metric without labels. */
  async metric(name: string): Promise<number> {
    const headers = { Authorization: `Bearer ${METRICS_TOKEN}` };
    const text = await (await fetch(`${this.server.url}/metrics`, { headers })).text();
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  }

  /** Resolves when the event has been logged this often. */
  async recorded(event: string, times = 1): Promise<void> {
    const deadline = Date.now() + 30_000;
    while (this.records.of(event).length < times) {
      if (Date.now() > deadline) throw new Error(`${event} was not recorded: ${this.records.text()}`);
      await Bun.sleep(10);
    }
  }

  #client(): Promise<RawClient> {
    return RawClient.connect(this.server.socketUrl);
  }
}

export const ids = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `m${from + index}`);
