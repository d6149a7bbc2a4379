/** How one Socket.IO namespace writes channel names. */
export type Dialect = {
  /** Of the protocol, in fan-out topics: frames bear their namespace, so each has topics of its own. */
  readonly name: string;
  /** `/`, or `/demo` for the channels of the namespace `demo`. */
  readonly namespace: string;
  /** What stands before each channel's name and is left out here: '' or `demo:`. */
  readonly prefix: string;
};

/** The Banyan namespace of the ready-made rooms: room `x` is the channel `rooms:x`. */
const ROOMS = 'rooms:';

export const MAIN: Dialect = { name: 'si', namespace: '/', prefix: '' };

/** Where channels are named without the Banyan namespace that they are all in. */
export function dialectOf(namespace: string): Dialect {
  return { name: `si/${namespace}`, namespace: `/${namespace}`, prefix: `${namespace}:` };
}

export function channelOf(room: string): string {
  return ROOMS + room;
}

/** The room that the channel is; undefined for other channels. */
export function roomOf(channel: string): string | undefined {
  return channel.startsWith(ROOMS) ? channel.slice(ROOMS.length) : undefined;
}
