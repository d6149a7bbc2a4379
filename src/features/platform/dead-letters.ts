import type { DeadLetterInfo, platformContract } from '../../contracts/platform/contract.ts';
import { audit } from '../../core/operations/audit.ts';
import type { Handlers } from '../../core/operations/operation.ts';
import type { DeadLetter } from '../../ports/work-log.ts';
import type { Parts } from './parts.ts';

type DeadLetterHandlers = Pick<
  Handlers<typeof platformContract>,
  | 'listDeadLetters'
  | 'getDeadLetter'
  | 'retryDeadLetter'
  | 'retryAllDeadLetters'
  | 'discardDeadLetter'
  | 'discardAllDeadLetters'
>;

/** Operations that list, retry and delete permanently failed work. */
export function deadLetterHandlers(parts: Parts): DeadLetterHandlers {
  const { jobs } = parts;
  const { deadLetters } = jobs;
  return {
    listDeadLetters: async (_context, { after, limit }) => {
      const { deadLetters: letters, next } = await deadLetters.page(after, limit);
      const { works: total, bytes } = deadLetters.total;
      return { letters: letters.map(infoOf), next, total, bytes, waiting: jobs.waiting };
    },

    getDeadLetter: async (_context, { id }) => {
      const letter = await deadLetters.get(id);
      return { ...infoOf(letter), data: letter.data };
    },

    retryDeadLetter: async (context, { id }) => {
      await deadLetters.retry(id);
      audit(parts.host, context, { event: 'dead_letter.retried', letter: id });
      return {};
    },

    retryAllDeadLetters: async (context) => {
      const count = await deadLetters.retryAll();
      audit(parts.host, context, { event: 'dead_letters.retried', count });
      return { count };
    },

    discardDeadLetter: async (context, { id }) => {
      await deadLetters.discard(id);
      audit(parts.host, context, { event: 'dead_letter.discarded', letter: id });
      return {};
    },

    discardAllDeadLetters: async (context) => {
      const count = await deadLetters.discardAll();
      audit(parts.host, context, { event: 'dead_letters.discarded', count });
      return { count };
    },
  };
}

function infoOf({ id, queue, lane, time, failedAt, attempts, reason, bytes }: DeadLetter): DeadLetterInfo {
  return { id, queue, lane, createdAt: time, failedAt, attempts, reason, bytes };
}
