import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Browser } from 'playwright-core';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';
import { launchChromium } from './chromium.ts';

const LONG = 'what is said often is said short '.repeat(200);

let server: BanyanProcess;
let browser: Browser;
beforeAll(async () => {
  const env = { BANYAN_CLIENT_INSECURE: 'true', BANYAN_COMPRESS_FROM_BYTES: '512' };
  [server, browser] = await Promise.all([startBanyan(env), launchChromium()]);
}, 60_000);
afterAll(() => Promise.all([browser.close(), server.stop()]));

test('WS1 a browser receives and sends compressed frames', async () => {
  const page = await browser.newPage();
  await page.goto(`${server.url}/livez`);
  const heard = await page.evaluate(
    ([address, text]) =>
      new Promise<{ readonly extensions: string; readonly data: unknown }>((resolve, reject) => {
        const socket = new WebSocket(address as string);
        const say = (...commands: object[]) => socket.send(commands.map((each) => JSON.stringify(each)).join('\n'));
        socket.onerror = () => reject(new Error('the socket failed'));
        socket.onopen = () => {
          const channel = 'demo:browser';
          say({ id: 1, connect: {} }, { id: 2, subscribe: { channel } });
          say({ id: 3, publish: { channel, data: text } });
        };
        socket.onmessage = ({ data }) => {
          for (const line of String(data).split('\n')) {
            const pub = JSON.parse(line).push?.pub;
            if (pub !== undefined) resolve({ extensions: socket.extensions, data: pub.data });
          }
        };
      }),
    [server.socketUrl, LONG],
  );
  expect(heard.extensions).toContain('permessage-deflate');
  expect(heard.data).toBe(LONG);
});
