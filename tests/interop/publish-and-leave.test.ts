import { afterAll, beforeAll, expect, test } from 'bun:test';
import { RawClient } from '../faults/raw-client.ts';
import { type BanyanProcess, startBanyan } from '../servers/banyan.ts';

let server: BanyanProcess;
beforeAll(async () => {
  server = await startBanyan({ BANYAN_CLIENT_INSECURE: 'true' });
});
afterAll(() => server.stop());

/** Runs on the real server: a runtime that delivers publications late would do so after the client left the topic. */
test.each(['log:own', 'demo:own'])(
  'SE8 a client that publishes and unsubscribes in one frame receives its publication: %s',
  async (channel) => {
    const client = await RawClient.connect(server.socketUrl);
    for (let round = 0; round < 20; round += 1) {
      const before = client.messages.length;
      const publish = (n: number) => ({ publish: { channel, data: n } });
      const last = client.send(
        { subscribe: { channel } },
        publish(2 * round),
        { unsubscribe: { channel } },
        publish(2 * round + 1),
      );
      await client.reply(last);
      const heard = client.messages.slice(before).flatMap(({ push }) => push?.pub?.data ?? []);
      expect(heard).toEqual([2 * round]);
    }
    client.end();
  },
);
