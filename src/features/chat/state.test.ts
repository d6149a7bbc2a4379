import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { HistoryPage, TimelineEntry } from '../../contracts/chat/contract.ts';
import type { RoomEventBody } from '../../contracts/chat/events.ts';
import {
  addPage,
  applyRoomEvent,
  applyRoomEvents,
  EMPTY_TIMELINE,
  findMessage,
  offsetOf,
  type RoomPublication,
  resolveReply,
  shorten,
  type Timeline,
  unresolvedReplies,
} from './state.ts';

const CREATED = { type: 'created', by: 'ann', kind: 'group', title: 'Tea', users: ['ann', 'ben'] } as const;
const said = (text: string, replyTo?: number): RoomEventBody => {
  return { type: 'message', sender: 'ann', key: 'key-of-ann', text, ...(replyTo !== undefined && { replyTo }) };
};
const reacted = (message: number, by: string, on = true, emoji = '👍'): RoomEventBody => {
  return { type: 'reacted', message, by, emoji, on };
};

/** Publications from offset 1 on, a second apart. */
function logOf(...bodies: readonly RoomEventBody[]): RoomPublication[] {
  return bodies.map((body, index) => ({ offset: index + 1, event: { ...body, at: (index + 1) * 1_000 } }));
}

/** The server's response: the fold of the log so far, as a page. */
function pageOf(log: readonly RoomPublication[], from: number, to: number): HistoryPage {
  const { entries } = applyRoomEvents({ ...EMPTY_TIMELINE, hasAfter: false }, log);
  return {
    entries: entries.filter((entry) => offsetOf(entry) >= from && offsetOf(entry) <= to),
    hasBefore: entries.some((entry) => offsetOf(entry) < from),
    hasAfter: entries.some((entry) => offsetOf(entry) > to),
    top: log.length,
    epoch: 'e',
  };
}

function loaded(log: readonly RoomPublication[], from = 1, to = Number.MAX_SAFE_INTEGER): Timeline {
  const timeline = addPage(EMPTY_TIMELINE, pageOf(log, from, to));
  if (timeline === undefined) throw new Error('the page was too old');
  return timeline;
}

const textAt = (timeline: Timeline, offset: number) => findMessage(timeline, offset)?.text;
const offsets = ({ entries }: Timeline) => entries.map(offsetOf);

describe('a timeline', () => {
  test('holds messages and notices in offset order; changes are not entries', () => {
    const timeline = loaded(logOf(CREATED, said('a'), reacted(2, 'ben'), said('b'), { type: 'left', user: 'ben' }));
    expect(offsets(timeline)).toEqual([1, 2, 4, 5]);
    expect(timeline.entries[3]).toMatchObject({ kind: 'notice', offset: 5, at: 5_000, event: { type: 'left' } });
    expect(findMessage(timeline, 2)).toEqual({
      offset: 2,
      key: 'key-of-ann',
      sender: 'ann',
      text: 'a',
      sentAt: 2_000,
      editedAt: null,
      recalledAt: null,
      replyTo: null,
      reactions: [{ emoji: '👍', users: ['ben'] }],
    });
  });

  test('edits change text and previews in replies', () => {
    const log = logOf(CREATED, said('old'), said('re', 2), { type: 'edited', message: 2, by: 'ann', text: 'new' });
    const timeline = loaded(log);
    expect(findMessage(timeline, 2)).toMatchObject({ text: 'new', editedAt: 4_000, sentAt: 2_000 });
    expect(findMessage(timeline, 3)?.replyTo).toEqual({ offset: 2, sender: 'ann', text: 'new', recalled: false });
  });

  test('CH3: a recalled message keeps its place without text everywhere, and never changes again', () => {
    const timeline = loaded(
      logOf(
        CREATED,
        said('secret'),
        said('re', 2),
        reacted(2, 'ben'),
        { type: 'recalled', message: 2, by: 'ann' },
        { type: 'edited', message: 2, by: 'ann', text: 'again' },
        reacted(2, 'ben'),
      ),
    );
    expect(findMessage(timeline, 2)).toMatchObject({ text: '', recalledAt: 5_000, editedAt: null, reactions: [] });
    expect(findMessage(timeline, 3)?.replyTo).toEqual({ offset: 2, sender: 'ann', text: '', recalled: true });
    expect(JSON.stringify(timeline.entries)).not.toContain('secret');
  });

  test('reactions are grouped by emoji, count each person once and vanish with the last one', () => {
    const bodies = [CREATED, said('a'), reacted(2, 'ben'), reacted(2, 'ben'), reacted(2, 'ann')];
    const timeline = loaded(logOf(...bodies, reacted(2, 'cy', true, '🎉'), reacted(2, 'cy', false, '🎉')));
    expect(findMessage(timeline, 2)?.reactions).toEqual([{ emoji: '👍', users: ['ben', 'ann'] }]);
  });

  test('applying a publication again changes nothing', () => {
    const [created, first, edit] = logOf(CREATED, said('a'), { type: 'edited', message: 2, by: 'ann', text: 'b' });
    const timeline = applyRoomEvents(loaded([created as RoomPublication]), [first, edit] as RoomPublication[]);
    expect(applyRoomEvent(timeline, first as RoomPublication)).toBe(timeline);
  });

  test('while later entries are not loaded, new messages are not added but changes are', () => {
    const log = logOf(CREATED, said('a'), said('b'), said('c'));
    const part = applyRoomEvents(loaded(log, 1, 3), [
      { offset: 5, event: { ...said('d'), at: 5_000 } },
      { offset: 6, event: { type: 'edited', message: 2, by: 'ann', text: 'A', at: 6_000 } },
    ]);
    expect(offsets(part)).toEqual([1, 2, 3]);
    expect(textAt(part, 2)).toBe('A');
    expect(textAt(part, 5)).toBeUndefined();
  });

  test('an untouched entry stays the same object', () => {
    const before = loaded(logOf(CREATED, said('a'), said('b')));
    const after = applyRoomEvent(before, { offset: 4, event: { ...reacted(3, 'ben'), at: 4_000 } });
    expect(after.entries[1]).toBe(before.entries[1] as (typeof before.entries)[number]);
    expect(after.entries[2]).not.toBe(before.entries[2] as (typeof before.entries)[number]);
  });
});

describe('pages', () => {
  const log = logOf(CREATED, said('a'), said('b'), said('c'), said('d'));

  test('join before and after what is there', () => {
    const middle = loaded(log, 3, 3);
    expect(middle).toMatchObject({ hasBefore: true, hasAfter: true });
    const older = addPage(middle, pageOf(log, 1, 2)) as Timeline;
    expect(older).toMatchObject({ hasBefore: false, hasAfter: true });
    const whole = addPage(older, pageOf(log, 4, 5)) as Timeline;
    expect(whole).toMatchObject({ hasBefore: false, hasAfter: false });
    expect(offsets(whole)).toEqual([1, 2, 3, 4, 5]);
  });

  test('an empty page means that there is nothing more on that side', () => {
    const newest = loaded(log, 2);
    const none = { entries: [], hasBefore: false, hasAfter: true, top: 5, epoch: 'e' };
    expect(addPage(newest, none)).toMatchObject({ hasBefore: false, hasAfter: false });
  });

  test('a page read before an edit is updated', () => {
    const stale = pageOf(log, 1, 3);
    const edit = { offset: 6, event: { type: 'edited', message: 2, by: 'ann', text: 'A', at: 6_000 } } as const;
    const live = applyRoomEvent(loaded(log, 4), edit);
    expect(textAt(addPage(live, stale) as Timeline, 2)).toBe('A');
  });

  test('publications from before the first page are not lost', () => {
    const waiting = applyRoomEvents(EMPTY_TIMELINE, log.slice(3));
    const timeline = addPage(waiting, pageOf(log.slice(0, 4), 2, 9)) as Timeline;
    expect(offsets(timeline)).toEqual([2, 3, 4, 5]);
  });

  test('a page too old to be updated is refused', () => {
    const many = logOf(CREATED, ...Array.from({ length: 600 }, (_, index) => said(String(index))));
    const timeline = applyRoomEvents(loaded(many.slice(0, 10), 5), many.slice(10));
    expect(addPage(timeline, pageOf(many.slice(0, 5), 1, 4))).toBeUndefined();
    expect(addPage(timeline, pageOf(many.slice(0, 590), 1, 4))).toBeDefined();
  });
});

describe('replies to messages that are not loaded', () => {
  const log = logOf(CREATED, said('far'), said('near'), said('re', 2));

  test('have no preview until a page with the message fills it in', () => {
    const live = applyRoomEvent(loaded(log.slice(0, 3), 3), log[3] as RoomPublication);
    expect(unresolvedReplies(live)).toEqual([2]);
    const edited = applyRoomEvent(live, {
      offset: 5,
      event: { type: 'edited', message: 2, by: 'ann', text: 'FAR', at: 5_000 },
    });
    // The page was read before the edit.
    const resolved = resolveReply(edited, 2, pageOf(log, 2, 2));
    expect(unresolvedReplies(resolved)).toEqual([]);
    expect(findMessage(resolved, 4)?.replyTo).toEqual({ offset: 2, sender: 'ann', text: 'FAR', recalled: false });
  });
});

test('a preview has at most 200 characters and cuts none in half', () => {
  expect(shorten('x'.repeat(200))).toBe('x'.repeat(200));
  expect(shorten('榕'.repeat(300))).toBe('榕'.repeat(200));
  expect(shorten('🌳'.repeat(300))).toBe('🌳'.repeat(200));
});

test('in any order of pages and publications, the timeline equals the log', () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({
        kind: fc.constantFrom('say' as const, 'reply' as const, 'edit' as const, 'recall' as const),
        of: fc.nat(40),
      }),
      fc.record({
        kind: fc.constant('react' as const),
        of: fc.nat(40),
        by: fc.constantFrom('ann', 'ben'),
        on: fc.boolean(),
      }),
    ),
    { minLength: 5, maxLength: 40 },
  );
  const cuts = fc.tuple(fc.nat(40), fc.nat(40), fc.nat(40), fc.nat(40));
  fc.assert(
    fc.property(steps, cuts, (taken, [start, readAt, olderReadAt, split]) => {
      const log = logOf(...bodiesOf(taken));
      // The client listens from `from` on, and its pages are read at later moments.
      const from = start % log.length;
      const moment = (seed: number) => from + 1 + (seed % (log.length - from));
      const newest = log.slice(0, moment(readAt));
      const edge = offsetOf(pageOf(newest, 1, 1 + (split % newest.length)).entries.at(-1) as TimelineEntry);
      let timeline = applyRoomEvents(EMPTY_TIMELINE, log.slice(from, moment(olderReadAt)));
      timeline = addPage(timeline, pageOf(newest, edge, log.length)) as Timeline;
      timeline = applyRoomEvents(timeline, log);
      const older = addPage(timeline, pageOf(log.slice(0, moment(split)), 1, edge - 1));
      timeline = older ?? (addPage(timeline, pageOf(log, 1, edge - 1)) as Timeline);
      expect(timeline.entries.map(comparable)).toEqual(loaded(log).entries.map(comparable));
    }),
    { numRuns: 300 },
  );
});

type Step =
  | { readonly kind: 'say' | 'reply' | 'edit' | 'recall'; readonly of: number }
  | { readonly kind: 'react'; readonly of: number; readonly by: string; readonly on: boolean };

/** Changes always refer to an existing message. */
function bodiesOf(steps: readonly Step[]): RoomEventBody[] {
  const bodies: RoomEventBody[] = [CREATED, said('first')];
  const messages = [2];
  for (const [index, step] of steps.entries()) {
    const target = messages[step.of % messages.length] as number;
    if (step.kind === 'say' || step.kind === 'reply') messages.push(bodies.length + 1);
    if (step.kind === 'edit') bodies.push({ type: 'edited', message: target, by: 'ann', text: `edit ${index}` });
    else if (step.kind === 'recall') bodies.push({ type: 'recalled', message: target, by: 'ann' });
    else if (step.kind === 'react') bodies.push(reacted(target, step.by, step.on));
    else bodies.push(said(`text ${index}`, step.kind === 'reply' ? target : undefined));
  }
  return bodies;
}

/** Reactions as sets. */
function comparable(entry: TimelineEntry) {
  if (entry.kind === 'notice') return entry;
  const { reactions, ...message } = entry.message;
  return { ...message, reactions: reactions.flatMap(({ emoji, users }) => users.map((by) => `${emoji} ${by}`)).sort() };
}
