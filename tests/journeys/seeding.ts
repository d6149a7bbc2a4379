import { clientOf } from '../servers/people.ts';
import type { Person, Stage } from './stage.ts';

/** Sent at a time: fast enough, and within the connection's limits. */
const BATCH = 500;

/** Sends `textOf` 1, 2, 3 … as the person, without the screens. Resolves once all are on disk. */
export async function seed(stage: Stage, person: Person, room: string, count: number): Promise<void> {
  const cookies = await person.context.cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const client = clientOf(stage.server, { id: '', cookie: () => cookie });
  client.connect();
  await client.centrifuge.ready();
  for (let from = 1; from <= count; from += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, count - from + 1) }, (_, index) => from + index);
    // Messages of one connection are stored in sending order.
    await Promise.all(
      numbers.map((number) => client.call('chat.send', { room, key: `seed-${room}-${number}`, text: textOf(number) })),
    );
  }
  client.disconnect();
}

/** The text of a seeded message: its number, and filler of varying length. */
export function textOf(number: number): string {
  const words = `Message ${number}.`;
  if (number % 17 === 0) return `${words} A list:\n\n- one\n- two\n- three`;
  if (number % 11 === 0) return `${words} ${'Some say more than others do, and it takes several lines. '.repeat(6)}`;
  return number % 5 === 0 ? `${words} 今天下午三点开会，别忘了带上**草图**。` : words;
}
