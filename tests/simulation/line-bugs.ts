import type { Frame } from '../../src/core/protocol/protocol.ts';
import type { Line, Start } from './lines.ts';
import type { Random } from './random.ts';
import type { Sabotage } from './sabotage.ts';

type Change = (line: string, random: Random) => readonly string[];

const RARELY = 0.05;
const isPublication = (line: string) => line.includes('"pub":');
const isAnswer = (line: string) => /^\{"id":\d+,"subscribe"/.test(line);

function changeLines(makeChange: () => Change): Sabotage {
  return {
    line: (random) => {
      const change = makeChange();
      return (frame: Frame) => {
        const lines = String(frame)
          .split('\n')
          .flatMap((line) => change(line, random));
        return lines.length === 0 ? [] : [lines.join('\n')];
      };
    },
  };
}

/** Changes the replies of starting subscriptions. */
function changeStarts(change: (start: Start) => Start): Sabotage {
  return changeLines(() => (text) => {
    if (!text.includes('"was_recovering"')) return [text];
    const { subscribe, connect, ...line } = JSON.parse(text) as Line;
    if (subscribe !== undefined) return [JSON.stringify({ ...line, subscribe: change(subscribe) })];
    const subs = Object.entries(connect?.subs ?? {}).map(([channel, start]) => [channel, change(start)]);
    return [JSON.stringify({ ...line, connect: { ...connect, subs: Object.fromEntries(subs) } })];
  });
}

/** Holds back a line until the next one was sent. */
function holdBack(matches: (line: string) => boolean, probability: number): Sabotage {
  return changeLines(() => {
    let held: string | undefined;
    return (line, random) => {
      const before = held;
      held = before === undefined && matches(line) && random.chance(probability) ? line : undefined;
      if (held !== undefined) return [];
      return before === undefined ? [line] : [line, before];
    };
  });
}

export const dropOne = changeLines(
  () => (line, random) => (isPublication(line) && random.chance(RARELY) ? [] : [line]),
);

export const dropOneOfNoHistory = changeLines(
  () => (line, random) => (isPublication(line) && line.includes('"live:') && random.chance(RARELY) ? [] : [line]),
);

export const deliverTwice = changeLines(
  () => (line, random) => (isPublication(line) && random.chance(RARELY) ? [line, line] : [line]),
);

export const swapTwo = holdBack(isPublication, RARELY);

export const answerLate = holdBack(isAnswer, 0.5);

export const holeInRecovery = changeStarts((start) => {
  const { publications = [], recovered } = start;
  return recovered === true ? { ...start, publications: publications.slice(1) } : start;
});

/** Leaves out the last missed one, so that the gap is between recovery and live. */
export const holeAfterRecovery = changeStarts((start) => {
  const { publications = [], recovered } = start;
  return recovered === true ? { ...start, publications: publications.slice(0, -1) } : start;
});

export const recoveredInVain = changeStarts((start) => {
  if (start.recovered === true) return start;
  return { ...start, recovered: true };
});

export const neverRecovered = changeStarts(({ recovered, publications, ...start }) => {
  return { ...start, offset: publications?.at(-1)?.offset ?? start.offset ?? 0 };
});

/** Sends the last recovered publication again, live. */
export const repeatAfterRecovery = changeLines(() => (text) => {
  const { subscribe } = JSON.parse(text) as Line;
  const last = subscribe?.publications?.at(-1);
  const channel = last?.data.match(/@([^#]+)#/)?.[1];
  return channel === undefined ? [text] : [text, JSON.stringify({ push: { channel, pub: last } })];
});

/** RE3 violated: the client is told that it is not subscribed, but it is. */
export const refusedButIn = changeLines(() => (text) => {
  const { id, subscribe } = JSON.parse(text) as Line;
  if (subscribe?.was_recovering !== true || subscribe.recovered === true) return [text];
  return [JSON.stringify({ id, error: { code: 112, message: '' } })];
});

/** Nobody is told of the new epoch. */
export const silentReset = changeLines(() => (line) => (line.includes('"code":2500') ? [] : [line]));
