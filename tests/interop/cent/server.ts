import { Centrifuge } from 'centrifuge';
import { SignJWT } from 'jose';
import WebSocket from 'ws';
import { type BanyanProcess, startBanyan } from '../../servers/banyan.ts';

const KEY = '0123456789abcdef-cent';
const SECRET = 'a secret that is shared with one application only';

/** A server for `cent`, with `ann` present in `demo:cent`. */
export async function startCentServer(): Promise<{
  readonly server: BanyanProcess;
  readonly key: string;
  stop(): Promise<void>;
}> {
  const server = await startBanyan({ BANYAN_API_KEYS: KEY, BANYAN_TOKEN_SECRET: SECRET });
  const token = await new SignJWT({ info: { name: 'Ann' } })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('ann')
    .sign(new TextEncoder().encode(SECRET));
  const client = new Centrifuge(server.socketUrl, { websocket: WebSocket, token });
  client.connect();
  const subscription = client.newSubscription('demo:cent');
  subscription.subscribe();
  await subscription.ready(5_000);
  const stop = async () => {
    client.disconnect();
    await server.stop();
  };
  return { server, key: KEY, stop };
}
