import { describe, expect, test } from 'bun:test';
import { TestNode } from '../../../tests/core/node.ts';
import { RecordedTraces } from '../../../tests/core/recorded-traces.ts';
import type { Span, Traces } from '../../ports/traces.ts';

/** Records nothing, and counts calls. */
class NoTraces implements Traces {
  asked = 0;

  begin(): undefined {
    this.asked += 1;
  }

  resume(): Span {
    throw new Error('nothing was recorded that could be gone on with');
  }
}

const publish = { publish: { channel: 'log:a', data: 'hello' } };

describe('OB4 spans of a command', () => {
  test('OB4 lead from the command to the delivery, each below its parent', async () => {
    const traces = new RecordedTraces();
    const world = new TestNode({ traces });
    const client = await world.subscribed('log:a');
    const before = traces.spans.length;
    await world.ask(client, publish);
    expect(traces.told().slice(before)).toEqual([
      'publish, ended',
      'publish log < publish, ended',
      'append queue < publish log, ended',
      'COMMIT < publish log (publish log), ended',
      'deliver log < publish log (publish log), ended',
    ]);
    expect(traces.spans.at(-1)?.attributes).toMatchObject({ 'banyan.subscribers': 1 });
  });

  test('OB4 do not exist if the command is not recorded: then nothing below it is either', async () => {
    const traces = new NoTraces();
    const world = new TestNode({ traces });
    const client = await world.subscribed('log:a');
    const before = traces.asked;
    await world.ask(client, publish);
    expect(traces.asked - before).toBe(1);
    expect(client.published('log:a')).toEqual(['hello']);
  });

  test('OB4 end when the command is refused, with the reason', async () => {
    const traces = new RecordedTraces();
    const world = new TestNode({ traces });
    const client = await world.connected();
    await world.ask(client, { publish: { channel: 'none:a', data: 1 } });
    expect(traces.told().at(-1)).toBe('publish, ended');
    expect(traces.spans.at(-1)?.attributes).toMatchObject({ 'error.type': 'unknownChannel' });
  });

  test('OB4 are not stored with the publication', async () => {
    const traces = new RecordedTraces();
    const world = new TestNode({ traces });
    const client = await world.connected();
    for (const channel of ['log:a', 'mem:a']) {
      await world.ask(client, { publish: { channel, data: 1 } });
      const page = await world.node.read(channel, { limit: 1 });
      expect(Object.keys(page.publications[0] ?? {})).not.toContain('trace');
    }
    const late = await world.subscribed('mem:a', { recover: true, epoch: '', offset: 0 });
    expect(JSON.stringify(late.lines)).not.toContain('trace');
  });
});
