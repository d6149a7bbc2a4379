import type { Heard } from '../interop/ways/way.ts';
import { API_KEY } from '../interop/ways/way.ts';

type Page = {
  readonly offset: number;
  readonly epoch: string;
  readonly publications: readonly { readonly offset: number; readonly data: unknown }[];
};

/** A place in a channel. */
export type Top = { readonly offset: number; readonly epoch: string };

/** The content of channels, read through the server API. */
export class Truth {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async top(channel: string): Promise<Top> {
    const { offset, epoch } = await this.#history({ channel, limit: 0 });
    return { offset, epoch };
  }

  /** Everything published in the channel after the position. */
  async after(channel: string, { offset, epoch }: Top): Promise<readonly Heard[]> {
    const all: Heard[] = [];
    for (;;) {
      const since = { epoch, offset: all.at(-1)?.[0] ?? offset };
      const page = await this.#history({ channel, limit: -1, since });
      all.push(...page.publications.map(({ offset: at, data }): Heard => [at, data]));
      if (page.publications.length === 0 || all.at(-1)?.[0] === page.offset) return all;
    }
  }

  async presence(channel: string): Promise<void> {
    await this.#ask('presence', { channel });
  }

  async #history(params: object): Promise<Page> {
    const { offset = 0, epoch, publications = [] } = (await this.#ask('history', params)) as Partial<Page>;
    return { offset, epoch: epoch ?? '', publications };
  }

  async #ask(method: string, params: object): Promise<unknown> {
    const headers = { 'x-api-key': API_KEY, 'content-type': 'application/json' };
    const response = await fetch(`${this.#url}/api/${method}`, {
      ...{ method: 'POST', headers, body: JSON.stringify(params) },
    });
    const { result, error } = (await response.json()) as { readonly result?: unknown; readonly error?: unknown };
    if (error !== undefined) throw new Error(`${method} ${JSON.stringify(params)}: ${JSON.stringify(error)}`);
    return result;
  }
}
