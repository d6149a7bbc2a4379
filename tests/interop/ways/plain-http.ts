import { EventSource } from 'eventsource';
import { poll } from '../../../src/wire-clients/plain-http.ts';
import type { Heard, Way } from './way.ts';

type Told = { readonly offset: number; readonly data: unknown };

const publisher = (url: string, channel: string) => async (data: unknown) => {
  const to = `${url}/publish?channel=${encodeURIComponent(channel)}`;
  const response = await fetch(to, { method: 'POST', body: JSON.stringify(data) });
  if (!response.ok) throw new Error(await response.text());
};

const eventStream: Way = {
  name: 'plain server-sent events and POST',
  join: async ({ url }, channel) => {
    const source = new EventSource(`${url}/sse?channel=${encodeURIComponent(channel)}`);
    const heard: Heard[] = [];
    source.addEventListener('message', (event) => {
      const { offset, data } = JSON.parse(event.data) as Told;
      heard.push([offset, data]);
    });
    await new Promise((resolve, reject) => {
      source.addEventListener('subscribed', resolve, { once: true });
      source.addEventListener('error', reject, { once: true });
    });
    return { heard, say: publisher(url, channel), leave: () => source.close() };
  },
};

const polling: Way = {
  name: 'plain polls and POST',
  join: async ({ url }, channel) => {
    const leaving = new AbortController();
    const heard: Heard[] = [];
    const { signal } = leaving;
    const { cursor: first } = await poll(url, channel, { cursor: '', signal });
    const goOn = async () => {
      for (let cursor = first; ; ) {
        const answer = await poll(url, channel, { cursor, signal });
        const { publications } = JSON.parse(answer.text) as { readonly publications: readonly Told[] };
        for (const { offset, data } of publications) heard.push([offset, data]);
        cursor = answer.cursor;
      }
    };
    // It ends by being aborted.
    goOn().catch(() => undefined);
    return { heard, say: publisher(url, channel), leave: () => leaving.abort() };
  },
};

/** A client that only uses HTTP. */
export const plainWays: readonly Way[] = [eventStream, polling];
