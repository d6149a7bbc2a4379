import { choice, integer, type Setting } from './setting.ts';

/** Who may register, and how long a message can be recalled. */
export const CHAT_SETTINGS = {
  registration: choice({
    env: 'BANYAN_REGISTRATION',
    default: 'invite',
    of: ['open', 'invite', 'closed'],
    doc: 'Who may register: anyone, people with an invitation, or nobody. The owner link of the first start always works.',
  }),
  recallSeconds: integer({
    env: 'BANYAN_RECALL_SECONDS',
    default: 120,
    min: 0,
    max: 31_536_000,
    doc: 'How long after sending a message can be recalled; 0: never.',
  }),
} as const satisfies Record<string, Setting>;
