/** Removes a listener; calling it twice does nothing. */
export type Unlisten = () => void;

/** Calls a listener so that its exception affects no other: it becomes an uncaught error. */
export function notify<Event>(listener: (event: Event) => void, event: Event): void {
  try {
    listener(event);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** A value that changes, in the form of React's `useSyncExternalStore`. */
export type Observable<Value> = {
  get(): Value;
  subscribe(listener: (value: Value) => void): Unlisten;
};

export type Settable<Value> = Observable<Value> & { set(value: Value): void };

export function createObservable<Value>(initial: Value): Settable<Value> {
  let current = initial;
  const listeners = new Set<(value: Value) => void>();
  return {
    get: () => current,
    set: (value) => {
      current = value;
      for (const listener of [...listeners]) notify(listener, value);
    },
    subscribe: (listener) => {
      // A separate wrapper, so that one function can be added twice.
      const entry = (value: Value): void => listener(value);
      listeners.add(entry);
      return () => {
        listeners.delete(entry);
      };
    },
  };
}

/** Listeners to channels by prefix. */
export type PrefixListeners<Event extends { readonly channel: string }> = {
  add(prefix: string, listener: (event: Event) => void): Unlisten;
  emit(event: Event): void;
};

export function createPrefixListeners<Event extends { readonly channel: string }>(): PrefixListeners<Event> {
  const entries = new Set<{ readonly prefix: string; readonly listener: (event: Event) => void }>();
  return {
    add: (prefix, listener) => {
      const entry = { prefix, listener };
      entries.add(entry);
      return () => {
        entries.delete(entry);
      };
    },
    emit: (event) => {
      for (const { prefix, listener } of [...entries]) {
        if (event.channel.startsWith(prefix)) notify(listener, event);
      }
    },
  };
}
