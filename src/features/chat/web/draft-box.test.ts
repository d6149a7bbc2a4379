import { describe, expect, test } from 'bun:test';
import type { Message } from '../../../contracts/chat/contract.ts';
import { DraftBox } from './draft-box.ts';
import { createDrafts } from './drafts.ts';
import type { NewMessage, Outbox } from './outbox.ts';

const messageAt = (offset: number, changes: Partial<Message> = {}): Message => ({
  ...{ offset, key: `key-${offset}`, sender: 'ben', text: `text-${offset}`, sentAt: offset },
  ...{ editedAt: null, recalledAt: null, replyTo: null, reactions: [], ...changes },
});

/** A browser's storage, and boxes of its pages. */
function device() {
  const stored = new Map<string, string>();
  const storage = {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, value: string) => void stored.set(name, value),
    removeItem: (name: string) => void stored.delete(name),
  };
  const page = () => {
    const drafts = createDrafts('ann', storage);
    const found = new Map([7, 8].map((offset) => [offset, messageAt(offset)]));
    const box = (room = 'tea') => new DraftBox(room, { drafts, find: async (offset) => found.get(offset) });
    return { drafts, found, box };
  };
  return { stored, page };
}

/** An outbox that opens, and accepts messages, when told to. */
function outboxToBe() {
  const taken: NewMessage[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<Pick<Outbox, 'add'>>();
  const open = (refuses = false) =>
    resolve({
      add: async (message) => {
        if (refuses) throw new Error('disk full');
        taken.push(message);
      },
    });
  return { taken, outbox: promise, open, fail: () => reject(new Error('no')) };
}

const NEW = { kind: 'new', replyTo: null } as const;

describe('sending what is in the box', () => {
  test('empties the box at once, but keeps the draft until the outbox has it', async () => {
    const { stored, page } = device();
    const box = page().box();
    const { taken, outbox, open } = outboxToBe();
    box.setText('hello');
    const sending = box.send(outbox);
    expect(box.view.get().text).toBe('');
    expect(page().box().view.get().text).toBe('hello');
    open();
    expect(await sending).toBe(true);
    expect(taken).toEqual([{ room: 'tea', text: 'hello', replyTo: null }]);
    expect(stored.size).toBe(0);
  });

  test('does not show it again after a return to the room meanwhile', async () => {
    const { box } = device().page();
    const { outbox, open } = outboxToBe();
    const first = box();
    first.setText('hello');
    const sending = first.send(outbox);
    expect(box().view.get().text).toBe('');
    open();
    await sending;
    expect(box().view.get().text).toBe('');
  });

  test('keeps what was written meanwhile', async () => {
    const { page } = device();
    const box = page().box();
    const { taken, outbox, open } = outboxToBe();
    box.setText('one');
    const first = box.send(outbox);
    box.setText('two');
    const second = box.send(outbox);
    box.setText('thr');
    open();
    await Promise.all([first, second]);
    expect(taken.map(({ text }) => text)).toEqual(['one', 'two']);
    expect(box.view.get().text).toBe('thr');
    expect(page().box().view.get().text).toBe('thr');
  });

  test.each([
    ['cannot be opened', ({ fail }: ReturnType<typeof outboxToBe>) => fail()],
    ['cannot take it', ({ open }: ReturnType<typeof outboxToBe>) => open(true)],
  ])('restores it if the outbox %s, before what was written meanwhile', async (_case, act) => {
    const { page } = device();
    const box = page().box();
    const waiting = outboxToBe();
    box.reply(messageAt(7));
    box.setText('hello');
    const sending = box.send(waiting.outbox);
    box.setText('and');
    act(waiting);
    expect(await sending).toBe(false);
    const given = { text: 'hello\nand', composing: { kind: 'new', replyTo: messageAt(7) } } as const;
    expect(box.view.get()).toEqual(given);
    const reloaded = page().box();
    await reloaded.restoreReply();
    expect(reloaded.view.get()).toEqual(given);
  });
});

describe('a reply', () => {
  test('is kept with its draft, over a change of rooms and a reload', async () => {
    const { page } = device();
    const here = page();
    const box = here.box();
    box.reply(messageAt(7));
    box.setText('yes');
    const kept = { text: 'yes', composing: { kind: 'new', replyTo: messageAt(7) } } as const;
    for (const next of [here.box(), page().box()]) {
      await next.restoreReply();
      expect(next.view.get()).toEqual(kept);
    }
  });

  test('is sent as a reply even while the original cannot be loaded', async () => {
    const { page } = device();
    page().box().reply(messageAt(9));
    const box = page().box();
    await box.restoreReply();
    box.setText('yes');
    const { taken, outbox, open } = outboxToBe();
    open();
    await box.send(outbox);
    expect(taken).toEqual([{ room: 'tea', text: 'yes', replyTo: 9 }]);
    expect(box.view.get()).toEqual({ text: '', composing: NEW });
  });

  test('to a message that was recalled since is dropped', async () => {
    const { page } = device();
    page().box().reply(messageAt(7));
    const later = page();
    later.found.set(7, messageAt(7, { recalledAt: 9 }));
    const box = later.box();
    await box.restoreReply();
    expect(box.view.get().composing).toEqual(NEW);
    expect(later.drafts.get('tea').replyTo).toBeNull();
  });

  test('can be replaced or removed before the original is loaded', async () => {
    const { page } = device();
    page().box().reply(messageAt(7));
    const other = page().box();
    const looking = other.restoreReply();
    other.reply(messageAt(8));
    await looking;
    expect(other.view.get().composing).toEqual({ kind: 'new', replyTo: messageAt(8) });
    const none = page().box();
    const lookingAgain = none.restoreReply();
    none.stop();
    await lookingAgain;
    expect(none.view.get().composing).toEqual(NEW);
  });
});

describe('an edit', () => {
  test('is not kept, and restores the draft and its reply', () => {
    const { page } = device();
    const box = page().box();
    box.setText('half a thou');
    box.reply(messageAt(7));
    box.edit(messageAt(3));
    box.setText('changed');
    expect(box.view.get()).toEqual({ text: 'changed', composing: { kind: 'edit', message: messageAt(3) } });
    expect(page().box().view.get().text).toBe('half a thou');
    box.stop();
    expect(box.view.get()).toEqual({ text: 'half a thou', composing: { kind: 'new', replyTo: messageAt(7) } });
  });
});
