/** How one Socket.IO namespace maps channel names. */
export type Dialect = {
  /** The protocol's name in fan-out topics: frames contain their namespace, so each has its own topics. */
  readonly name: string;
  /** `/`, or `/demo` for the channels of the namespace `demo`. */
  readonly namespace: string;
  /** The prefix of all its channel names, which is omitted here: '' or `demo:`. */
  readonly prefix: string;
};

/** The Banyan namespace of the built-in rooms: room `x` is the channel `rooms:x`. */
const ROOMS = 'rooms:';

export const MAIN: Dialect = { name: 'si', namespace: '/', prefix: '' };

/** Present if channels are named without their Banyan namespace. */
export function dialectOf(namespace: string): Dialect {
  return { name: `si/${namespace}`, namespace: `/${namespace}`, prefix: `${namespace}:` };
}

export function channelOf(room: string): string {
  return ROOMS + room;
}

/** The channel's room; undefined for other channels. */
export function roomOf(channel: string): string | undefined {
  return channel.startsWith(ROOMS) ? channel.slice(ROOMS.length) : undefined;
}
