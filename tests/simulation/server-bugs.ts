import { topicOf } from '../../src/core/delivery/topics.ts';
import { listOf } from '../../src/core/protocol/protocol.ts';
import type { Append, AppendOutcome, Log } from '../../src/ports/log.ts';
import { centrifugeJson } from '../../src/protocols/centrifuge/protocol.ts';
import type { Random } from './random.ts';
import type { Sabotage } from './sabotage.ts';

const RARELY = 0.05;

function changeLog(change: (log: Log, random: Random) => Partial<Log>): Sabotage {
  return {
    log: (log, { random }) => ({
      promises: log.promises,
      append: (batch) => log.append(batch),
      read: (channel, range) => log.read(channel, range),
      position: (channel) => log.position(channel),
      entries: (channel, range) => log.entries(channel, range),
      trim: (channel) => log.trim(channel),
      close: () => log.close(),
      ...change(log, random),
    }),
  };
}

export const ackWithoutAppend = changeLog((log, random) => ({
  append: (batch) => (random.chance(RARELY) ? pretend(log, batch) : log.append(batch)),
}));

function pretend(log: Log, batch: readonly Append[]): Promise<AppendOutcome[]> {
  return Promise.all(
    batch.map(async ({ channel, time }) => {
      const { epoch, offset } = await log.position(channel);
      return { position: { epoch, offset: offset + 1 }, time, repeated: false };
    }),
  );
}

export const appendTwice = changeLog((log, random) => ({
  append: async (batch) => {
    const outcomes = await log.append(batch);
    if (random.chance(RARELY)) await log.append(batch);
    return outcomes;
  },
}));

export const failAfterAppend = changeLog((log, random) => ({
  append: async (batch) => {
    const outcomes = await log.append(batch);
    if (random.chance(RARELY)) throw new Error('simulated failure of the log');
    return outcomes;
  },
}));

export const forgetKeys = changeLog((log) => ({
  append: (batch) => log.append(batch.map(({ key: _key, ...append }) => append)),
}));

export const appendBackwards = changeLog((log) => ({
  append: async (batch) => [...(await log.append([...batch].reverse()))].reverse(),
}));

export const readNothing = changeLog((log) => ({
  read: async (channel, range) => ({ ...(await log.read(channel, range)), publications: [] }),
}));

export const skipWhenReading = changeLog((log, random) => ({
  read: async (channel, range) => {
    const page = await log.read(channel, range);
    return random.chance(0.5) ? { ...page, publications: page.publications.slice(1) } : page;
  },
}));

/** OR4 violated: bus messages are delivered as they arrive. */
export const believeTheBus: Sabotage = {
  node: ({ hub }, fanout) => {
    hub.receive = (channel, _epoch, publications) => {
      for (const publication of publications) {
        const push = centrifugeJson.encodePush({ kind: 'publication', channel, epoch: 'e', publication });
        for (const frame of listOf(push)) fanout.publish(topicOf(centrifugeJson, channel), frame);
      }
    };
  },
};

export const startTooFar: Sabotage = {
  node: ({ hub }) => {
    const enter = hub.enter.bind(hub);
    hub.enter = (...args) => {
      const result = enter(...args);
      return result.recovered ? result : { ...result, offset: result.offset + 1 };
    };
  },
};

export const neverLeave: Sabotage = {
  node: (_node, fanout) => {
    fanout.leave = () => undefined;
  },
};

export const forgetToCountOut: Sabotage = {
  node: ({ hub }) => {
    hub.leave = () => undefined;
  },
};

export const subscribeNobody: Sabotage = {
  node: (node) => {
    node.subscribeUser = () => undefined;
  },
};

export const keepThemIn: Sabotage = {
  node: (node) => {
    node.unsubscribeUser = () => undefined;
    node.disconnectUser = () => undefined;
  },
};

/** SE8 violated: a client is told that it is unsubscribed before it is. */
export const leaveLate: Sabotage = {
  node: (node) => {
    const open = node.open.bind(node);
    node.open = (opening) => {
      const session = open(opening);
      const remove = session.subscriptions.remove.bind(session.subscriptions);
      session.subscriptions.remove = (channel) => node.clock.soon(() => remove(channel));
      return session;
    };
  },
};

/** RE2 violated: removed history is still returned on recovery. */
export const rememberRemoved: Sabotage = {
  node: ({ hub }) => {
    hub.trimmed = () => undefined;
  },
};
