import { describe, expect, test } from 'bun:test';
import { TestNode } from '../../../tests/core/node.ts';
import { RecordedTraces } from '../../../tests/core/recorded-traces.ts';
import { ApiKeys } from '../../core/access/api-keys.ts';
import { ServerApi } from './protocol.ts';

const KEY = 'a key that opens the server API';

/** Calls a method while the log cannot be written; returns the response and the spans. */
async function callWithoutLog(method: string, params: object) {
  const world = new TestNode();
  const traces = new RecordedTraces();
  const api = new ServerApi(world.node, { keys: new ApiKeys([{ key: KEY }]), version: '0' });
  world.log.failure = new Error('the disk is gone');
  const request = new Request(`http://localhost/api/${method}`, { method: 'POST', headers: { 'X-API-Key': KEY } });
  const answer = api.answer(request, async () => JSON.stringify(params), traces.begin('request'));
  await world.clock.settle();
  return { body: await (await answer)?.json(), reported: world.reported, told: traces.told() };
}

describe('OB4 a failing call of the server API', () => {
  test('OB4 is recorded once, and marks its spans as failed', async () => {
    const { body, reported, told } = await callWithoutLog('publish', { channel: 'log:a', data: 1 });
    expect(body).toEqual({ error: { code: 100, message: 'the log could not be written; try again' } });
    expect(reported).toEqual(['api.failed']);
    expect(told).toEqual([
      'request, failed: the log could not be written; try again',
      'publish log < request, failed: the log could not be written; try again, ended',
      'append queue < publish log, ended',
      'COMMIT < publish log (publish log), failed: the disk is gone, ended',
    ]);
  });

  test('OB4 also if other channels of the same call succeed', async () => {
    const { body, reported } = await callWithoutLog('broadcast', { channels: ['log:a', 'live:b'], data: 1 });
    expect(body).toMatchObject({ result: { responses: [{ error: { code: 100 } }, { result: {} }] } });
    expect(reported).toEqual(['api.failed']);
  });
});
