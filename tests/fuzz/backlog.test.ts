import { afterAll, beforeAll, expect, test } from 'bun:test';
import { ANONYMOUS } from '../../src/core/access/principal.ts';
import { Installation } from './installation.ts';
import { Line } from './line.ts';

const PUBLICATIONS = 40;
const DATA = 'x'.repeat(10_000);
const QUESTIONS = 300;
/** One reply: the data, and the overhead per publication. */
const REPLY = PUBLICATIONS * (DATA.length + 200);
/** What is collected before it is passed on. */
const GATHERED = 64 * 1024;

let installation: Installation;
beforeAll(() => {
  installation = new Installation();
});
afterAll(() => installation.close());

// Found by fuzzing: one small frame made a single reply of gigabytes, built before the backlog limit applied.
test('SL1 the replies to one frame reach the bounded backlog one by one, not as one block', async () => {
  const line = new Line({ node: installation.app.node, topics: installation.topics }, ANONYMOUS);
  await line.ask(1, { connect: {} });
  for (let id = 2; id < PUBLICATIONS + 2; id += 1) {
    await line.ask(id, { publish: { channel: 'demo:heavy', data: DATA } });
  }
  const ids = Array.from({ length: QUESTIONS }, (_, index) => 1_000 + index);
  const history = { channel: 'demo:heavy', limit: -1 };
  line.receive(ids.map((id) => JSON.stringify({ id, history })).join('\n'));
  await line.until(() => {
    // Such a large read waits for its share of the node's time (FS3).
    installation.clock.pass(50);
    return line.said.at(-1)?.id === ids.at(-1);
  });
  expect(line.said.slice(-QUESTIONS).map(({ id }) => id)).toEqual(ids);
  expect(line.longest).toBeLessThan(REPLY + GATHERED);
  expect(line.longest).toBeGreaterThan(PUBLICATIONS * DATA.length);
});
