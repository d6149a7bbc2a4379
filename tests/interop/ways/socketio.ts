import { io } from 'socket.io-client';
import type { BanyanProcess } from '../../servers/banyan.ts';
import type { Heard, Party, Way } from './way.ts';

const TRANSPORTS = [
  ['Socket.IO over WebSocket', ['websocket']],
  ['Socket.IO by polling', ['polling']],
] as const;

/** The official client, over each of its transports. */
export const socketIoWays: readonly Way[] = TRANSPORTS.map(([name, transports]) => ({
  name,
  join: (server, channel) => join(server, channel, [...transports]),
}));

async function join({ url }: BanyanProcess, channel: string, transports: string[]): Promise<Party> {
  const socket = io(url, { forceNew: true, transports });
  const ask = async (event: string, ...args: unknown[]) => {
    const answer = (await socket.timeout(10_000).emitWithAck(event, ...args)) as { readonly ok: boolean };
    if (!answer.ok) throw new Error(`${event}: ${JSON.stringify(answer)}`);
  };
  const heard: Heard[] = [];
  socket.on('publication', (_channel: string, data: unknown, { offset }: { readonly offset: number }) => {
    heard.push([offset, data]);
  });
  await ask('subscribe', channel);
  return { heard, say: (data) => ask('publish', channel, data), leave: () => void socket.disconnect() };
}
