import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { Bus } from '../../src/ports/bus.ts';

export type BusUnderTest = {
  /** One bus per node, all joined; one or more. */
  readonly nodes: readonly [Bus<TestMessage>, ...Bus<TestMessage>[]];
  /** Resolves when everything published has been delivered. */
  settle(): Promise<void>;
};

export type TestMessage = { readonly text: string };

const said = (text: string): TestMessage => ({ text });

/** The conformance suite of the Bus port, without faults: nothing is lost, repeated or reordered. */
export function busContract(name: string, open: () => Promise<BusUnderTest>): void {
  describe(`Bus: ${name}`, () => {
    let opened: BusUnderTest;
    let heard: string[][];

    beforeEach(async () => {
      opened = await open();
      heard = opened.nodes.map(() => []);
      for (const [index, bus] of opened.nodes.entries()) {
        bus.listen((subject, message) => heard[index]?.push(`${subject} ${message.text}`));
      }
    });
    afterEach(async () => {
      for (const bus of opened.nodes) await bus.close();
    });

    const subscribeAll = (subject: string) => {
      for (const bus of opened.nodes) bus.subscribe(subject);
    };
    /** Publishes from each node in turn; returns what every node should receive. */
    const publishFromAll = async (subject: string, texts: readonly string[]) => {
      for (const [index, bus] of opened.nodes.entries()) {
        for (const text of texts) bus.publish(subject, said(`${index}-${text}`));
        await opened.settle();
      }
      return opened.nodes.flatMap((_, index) => texts.map((text) => `${subject} ${index}-${text}`));
    };

    test('all subscribers of a subject receive it in order, the publishing node too', async () => {
      subscribeAll('a');
      const expected = await publishFromAll('a', ['1', '2', '3']);
      expect(heard).toEqual(opened.nodes.map(() => expected));
    });

    test('a node receives no subject that it did not subscribe to', async () => {
      subscribeAll('a');
      await publishFromAll('b', ['1']);
      await publishFromAll('a ', ['1']);
      await publishFromAll('', ['1']);
      expect(heard).toEqual(opened.nodes.map(() => []));
    });

    test('after unsubscribing a node receives no more of it; others do', async () => {
      subscribeAll('a');
      opened.nodes[0].unsubscribe('a');
      await opened.settle();
      const expected = await publishFromAll('a', ['1']);
      expect(heard).toEqual(opened.nodes.map((_, index) => (index === 0 ? [] : expected)));
    });

    test('subscribing twice delivers once; one unsubscribe ends it', async () => {
      subscribeAll('a');
      subscribeAll('a');
      const expected = await publishFromAll('a', ['1']);
      expect(heard).toEqual(opened.nodes.map(() => expected));
      for (const bus of opened.nodes) bus.unsubscribe('a');
      await opened.settle();
      await publishFromAll('a', ['2']);
      expect(heard).toEqual(opened.nodes.map(() => expected));
    });

    test('subjects can be any text', async () => {
      const subjects = ['c/room:1', 'c/*', 'c/>', 'c/a b', 'c/频道', 'c/__proto__'];
      for (const subject of subjects) subscribeAll(subject);
      const expected: string[] = [];
      for (const subject of subjects) expected.push(...(await publishFromAll(subject, ['1'])));
      expect(heard).toEqual(opened.nodes.map(() => expected));
    });

    test('a closed bus neither sends nor receives', async () => {
      subscribeAll('a');
      await opened.nodes[0].close();
      opened.nodes[0].publish('a', said('1'));
      await opened.settle();
      expect(heard[0]).toEqual([]);
    });
  });
}
