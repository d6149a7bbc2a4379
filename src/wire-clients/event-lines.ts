/** One event of a stream. */
export type StreamEvent = { readonly event?: string; readonly id?: string; readonly data: string };

const EVENT_END = /\r?\n\r?\n/;
const LINE_END = /\r?\n/;

/** Parses a stream of server-sent events. https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */
export class EventLines {
  #rest = '';

  /** The events that the next piece of the stream completes, without comments. */
  take(text: string): StreamEvent[] {
    const blocks = (this.#rest + text).split(EVENT_END);
    this.#rest = blocks.pop() ?? '';
    return blocks.flatMap((block) => {
      const fields = new Map<string, string>();
      for (const line of block.split(LINE_END)) {
        const colon = line.indexOf(':');
        if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).replace(/^ /, ''));
      }
      const [data, event, id] = [fields.get('data'), fields.get('event'), fields.get('id')];
      if (data === undefined) return [];
      return [{ data, ...(event !== undefined && { event }), ...(id !== undefined && { id }) }];
    });
  }
}
