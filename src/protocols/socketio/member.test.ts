import { describe, expect, test } from 'bun:test';
import { pidOf, World } from '../../../tests/core/socketio.ts';
import { DisconnectError } from '../../core/disconnects.ts';

describe('a Socket.IO client', () => {
  test('SI2 that enters no namespace is disconnected', async () => {
    const world = new World();
    const [silent, refused, there] = [world.open(), world.open(), await world.connected()];
    await world.say(refused, '0/nowhere,');
    await world.node.clock.pass(11_000);
    expect([silent.isOpen, refused.isOpen, there.isOpen]).toEqual([false, false, true]);
    await world.say(there, '1');
    await world.node.clock.pass(11_000);
    expect(there.isOpen).toBe(false);
    expect(world.node.node.connections).toBe(0);
  });

  test('SE6 that sends to a namespace it has not entered, or enters twice, is disconnected', async () => {
    const world = new World();
    const line = await world.connected();
    const refused = new DisconnectError('badRequest');
    for (const message of ['2/log,["publish","a",1]', '0', 'x', '2["connect"]']) {
      expect(() => line.say(message)).toThrow(refused);
    }
  });

  test('receives its publication sent after a join', async () => {
    const world = new World();
    const line = await world.connected();
    await world.say(line, '21["join_room","a"]', '22["message",{"room":"a","content":"own"}]');
    expect(line.messages).toEqual(['own']);
    expect([line.last('431'), line.last('432')]).toMatchObject([[{ ok: true }], [{ ok: true, offset: 1 }]]);
  });

  test('gets attachments right after their packet, whatever else is sent at that moment', async () => {
    const world = new World();
    const line = await world.connected();
    await world.say(line, '2["join_room","a"]');
    await world.speak('a', { big: 'x'.repeat(70_000), bytes: { $binary: 'AQ==' } });
    for (let turn = 0; turn < 20; turn += 1) {
      line.say('25["history","rooms:a",{"limit":1}]');
      const spoken = world.node.node.publish('rooms:a', '{"bytes":{"$binary":"Ag=="}}');
      for (let wait = 0; wait < turn; wait += 1) await Promise.resolve();
      await world.node.clock.settle();
      await spoken;
    }
    const heads = [...line.frames.entries()].filter(([, frame]) => /^4[56]/.test(String(frame)));
    expect(heads.length).toBe(41);
    for (const [at] of heads) expect(line.frames[at + 1]).toBeInstanceOf(Uint8Array);
  });

  test('SI10 is told which bytes are too many, or missing, and stays connected', async () => {
    const world = new World();
    const line = await world.connected();
    const send = (count: number) => {
      for (let sent = 0; sent < count; sent += 1) line.handler?.receive(new Uint8Array([sent]));
    };
    await world.say(line, '511-7["publish","log:a",[]]');
    expect(line.last('437')).toMatchObject([
      { ok: false, error: { code: 107, field: 'arguments', message: 'hold more than 10 byte values' } },
    ]);
    send(11);
    await world.say(line, '511-["publish","log:a",[]]');
    send(11);
    await world.say(line, '51-8["publish","log:a",{"_placeholder":true,"num":3}]');
    send(1);
    expect(line.events('error')).toMatchObject([[{ event: 'publish', error: { field: 'arguments' } }]]);
    expect(line.last('438')).toMatchObject([{ ok: false, error: { code: 107, field: 'arguments' } }]);
    await world.say(line, '51-9["publish","log:a",{"_placeholder":true,"num":0}]');
    send(1);
    await world.node.clock.settle();
    expect([line.isOpen, line.last('439')]).toMatchObject([true, [{ ok: true, offset: 1 }]]);
    // Nothing may come between a packet and its bytes, whether they are kept or not.
    line.say('511-["publish","log:a",[]]');
    expect(() => line.say('2["publish","log:a",1]')).toThrow(new DisconnectError('badRequest'));
  });

  test('SI10 a tag named like the wrapper stays text', async () => {
    const world = new World();
    const line = await world.connected();
    await world.say(line, '2["subscribe","log:a"]');
    const tags = { $binary: 'AA==' };
    const published = world.node.node.publish('log:a', '{"a":{"$binary":"AQ=="}}', { tags });
    await world.node.clock.settle();
    await published;
    await world.say(line, '25["history","log:a",{"limit":1}]');
    const [told, bytes, page] = line.frames.slice(-4).filter((frame) => !/^42\["join"/.test(String(frame)));
    expect([told, bytes, page].map(String)).toEqual([
      expect.stringContaining('451-["publication","log:a",{"a":{"_placeholder":true,"num":0}}'),
      String(new Uint8Array([1])),
      expect.stringMatching(/^461-5\[/),
    ]);
    for (const frame of [told, page]) {
      const [, found = ''] = /"tags":(\{[^}]*\})/.exec(String(frame)) ?? [];
      expect(JSON.parse(found)).toEqual(tags);
      expect(String(frame)).not.toContain('"$binary"');
    }
  });

  test('SE7 is told to reconnect when the server stops, and not to when it is disconnected by an order', async () => {
    const world = new World();
    const [one, two] = [await world.connected(), await world.connected()];
    await world.say(two, '0/log,');
    await world.node.node.drain();
    expect([one.isOpen, two.isOpen]).toEqual([false, false]);
    expect(one.last('41')).toBeUndefined();
  });
});

describe('SI8 recovery', () => {
  test('SI9 is refused to a client that goes back behind publications it received', async () => {
    const world = new World();
    const first = await world.connected();
    const pid = pidOf(first);
    await world.say(first, '2["join_room","a"]', '2["join_room","b"]');
    await world.speak('a', 'a1');
    first.close();
    await world.speak('b', 'b1');
    const second = await world.back(first, pid);
    await world.speak('b', 'b2');
    expect(second.messages).toEqual(['b1', 'b2']);
    second.close();
    const third = await world.back(second, pid);
    third.close();
    expect(pidOf(third)).toBe(pid);
    expect(pidOf(await world.back(first, pid))).not.toBe(pid);
  });

  test.each([0, 1, 2, 3, 4])(
    'delivers each once when %i of four arrived before the connection broke again',
    async (upTo) => {
      const world = new World();
      const first = await world.connected();
      const pid = pidOf(first);
      await world.say(first, '2["join_room","a"]', '2["join_room","b"]');
      await world.speak('a', 'a1');
      await world.speak('b', 'b1');
      first.close();
      await world.speak('a', 'a2', 'a3');
      await world.speak('b', 'b2', 'b3');
      const second = await world.back(first, pid);
      second.close();
      await world.speak('a', 'a4');
      const third = upTo === 0 ? await world.back(first, pid) : await world.back(second, pid, upTo);
      const heard = [...second.messages.slice(0, upTo), ...third.messages];
      expect([pidOf(third), heard.toSorted()]).toEqual([pid, ['a2', 'a3', 'a4', 'b2', 'b3']]);
    },
  );

  test('works while the old connection still seems open', async () => {
    const world = new World();
    const first = await world.connected();
    await world.say(first, '2["join_room","a"]');
    await world.speak('a', 1);
    const second = await world.back(first, pidOf(first));
    expect(pidOf(second)).toBe(pidOf(first));
    first.close();
    await world.speak('a', 2);
    second.close();
    await world.speak('a', 3);
    const third = await world.back(second, pidOf(second));
    expect([pidOf(third), third.messages]).toEqual([pidOf(first), [3]]);
  });

  test('SI9 subscribes a client to none of its rooms if one cannot be recovered', async () => {
    const world = new World({ serverChannels: async () => ['mem:its'] });
    const first = await world.connected();
    await world.say(first, '2["join_room","a"]');
    await world.speak('a', 1);
    first.close();
    // Only three of them are kept.
    await world.node.publish('mem:its', 1, 5);
    await world.speak('a', 2);
    const second = await world.back(first, pidOf(first));
    expect([pidOf(second) === pidOf(first), second.messages]).toEqual([false, []]);
    await world.speak('a', 3);
    expect(second.messages).toEqual([]);
    await world.say(second, '2["join_room","a"]');
    await world.speak('a', 4);
    expect(second.messages).toEqual([4]);
  });

  test('SI9 is refused to a client that has left, returns too late, or sends an invalid id', async () => {
    const world = new World();
    const [left, late] = [await world.connected(), await world.connected()];
    for (const line of [left, late]) await world.say(line, '2["join_room","a"]');
    await world.speak('a', 1);
    await world.say(left, '1');
    expect(pidOf(await world.back(left, pidOf(left)))).not.toBe(pidOf(left));
    late.close();
    for (const offset of ['x', '', `${'a'.repeat(9)}.1.1.e.rooms:a`]) {
      const line = await world.connected({ pid: pidOf(late), offset });
      expect(pidOf(line)).not.toBe(pidOf(late));
    }
    await world.node.clock.pass(61_000);
    expect(pidOf(await world.back(late, pidOf(late)))).not.toBe(pidOf(late));
  });
});
