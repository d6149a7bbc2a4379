import type { Principal } from '../../core/access/principal.ts';
import { answerHistory, answerPresence } from '../../core/channels/channel-reads.ts';
import type { Caller } from '../../core/limits/allowances.ts';
import type { Asker } from '../../core/limits/fair-queue.ts';
import { bytesOfReply } from '../../core/limits/work-bytes.ts';
import { workKeyOf } from '../../core/limits/work-key.ts';
import type { Node } from '../../core/node/node.ts';
import { Cursor } from './cursor.ts';
import { encodeInfo, encodePublications } from './publication.ts';
import type { ChannelRequest, HistoryRequest } from './requests.ts';

/**
 * A page of a channel's history, oldest or newest first, and the cursor with which a stream or poll continues after it.
 * JSON. Throws `ClientError`, `DisconnectError` `invalidToken`.
 */
export async function history(node: Node, asked: HistoryRequest, found: Caller): Promise<string> {
  const { principal } = await node.signIn(found.principal, asked.token);
  node.spend({ principal, address: found.address }, 'other');
  const { channel, reverse } = asked;
  const command = { kind: 'history', id: 0, ...asked } as const;
  const read = () => answerHistory(node, { principal }, command);
  const asker = askerOf(principal, found);
  const { publications, epoch, offset } = await node.work.read(asker, read, bytesOfReply);
  const cursor = new Cursor();
  // If a page ends early, the rest comes next; a reverse page already has the newest.
  const last = reverse ? undefined : publications.at(-1)?.offset;
  cursor.set(channel, { epoch, offset: last ?? offset });
  const place = `"epoch":${JSON.stringify(epoch)},"offset":${offset}`;
  return `{"publications":[${encodePublications(channel, publications)}],${place},"cursor":"${cursor}"}`;
}

/** Who is present in a channel; JSON. Throws like `history`. */
export async function presence(node: Node, { channel, token }: ChannelRequest, found: Caller): Promise<string> {
  const { principal } = await node.signIn(found.principal, token);
  node.spend({ principal, address: found.address }, 'other');
  const asker = askerOf(principal, found);
  const { clients } = await node.work.read(asker, () => answerPresence(node, { principal }, channel), bytesOfReply);
  return `{"clients":[${clients.map(encodeInfo).join()}]}`;
}

function askerOf(principal: Principal, found: Caller): Asker {
  return { key: workKeyOf({ principal, address: found.address }), connection: found };
}
