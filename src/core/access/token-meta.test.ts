import { describe, expect, test } from 'bun:test';
import { PLAIN, TestNode } from '../../../tests/core/node.ts';
import type { Backend } from '../../ports/backend.ts';
import { Application } from '../backend/application.ts';
import type { SignedIn } from './tokens.ts';

const ANN: SignedIn = { principal: { kind: 'external', user: 'ann' } };
const CHANNELS = { given: { options: PLAIN } };

/** A node that accepts these tokens, one after another, and whose backend records its requests. */
function nodeOf(tokens: readonly Partial<SignedIn>[]): { readonly test: TestNode; readonly asked: unknown[] } {
  const [left, asked] = [[...tokens], [] as unknown[]];
  const backend: Backend = {
    hears: (event) => event === 'rpc',
    ask: async (_event, question) => {
      asked.push(JSON.parse(question));
      return { text: '{"result":{}}', value: { result: {} } };
    },
    poll: () => Promise.reject(new Error('nothing is polled')),
  };
  const verifyToken = async () => ({ ...ANN, ...left.shift() });
  const hooks = { verifyToken, application: new Application(backend), operates: () => false };
  return { test: new TestNode({ namespaces: CHANNELS, hooks }), asked };
}

describe('SO8 further claims of a token, and its refresh', () => {
  test('SO8 meta is sent to the backend with each request, as in the last token', async () => {
    const { test, asked } = nodeOf([{ meta: '{"tenant":1}' }, {}, { meta: '{"tenant":2}' }]);
    const ann = test.open();
    await test.ask(ann, { connect: { token: 'first' } });
    for (const token of ['second', 'third']) {
      await test.ask(ann, { rpc: { method: 'x' } });
      await test.ask(ann, { refresh: { token } });
    }
    await test.ask(ann, { rpc: { method: 'x' } });
    expect(asked).toMatchObject([{ meta: { tenant: 1 } }, { meta: { tenant: 1 } }, { meta: { tenant: 2 } }]);
  });

  // `OnRefresh` and `tokenChannelsChanged` in internal/client/handler.go of Centrifugo.
  test.each([
    ['the same channels', { channels: ['given:a'] }, undefined],
    ['the same with more said of them', { subs: new Map([['given:a', { data: '1' }]]) }, undefined],
    ['one more', { channels: ['given:a', 'given:b'] }, 3_010],
    ['one less', {}, 3_010],
  ])('SO8 a refresh with %s', async (_what, second, code) => {
    const { test } = nodeOf([{ channels: ['given:a'] }, second]);
    const ann = test.open();
    await test.ask(ann, { connect: { token: 'first' } });
    await test.ask(ann, { refresh: { token: 'second' } });
    expect(ann.closedWith?.code).toBe(code as number);
  });

  test('SO8 info is that of the last token that has some', async () => {
    const { test } = nodeOf([{ info: '1' }, { info: '2' }, {}]);
    const ann = test.open();
    await test.ask(ann, { connect: { token: 'first' } });
    await test.ask(ann, { refresh: { token: 'second' } });
    await test.ask(ann, { refresh: { token: 'third' } });
    await test.ask(ann, { subscribe: { channel: 'live:x' } });
    expect(test.node.presenceOf('live:x')).toMatchObject([{ user: 'ann', connInfo: '2' }]);
  });
});
