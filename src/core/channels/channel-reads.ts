import type { Page, ReadRange } from '../../ports/log.ts';
import type { Permissions, SubscriptionLookup } from '../access/permissions.ts';
import type { Principal } from '../access/principal.ts';
import type { Hub } from '../delivery/hub.ts';
import { ClientError } from '../errors.ts';
import type { Command } from '../protocol/commands.ts';
import type { Reply } from '../protocol/pushes.ts';
import type { PresentClients } from './present-clients.ts';

type Answer<K> = Extract<Reply, { kind: K }>;

/** The caller: a connection with its subscriptions, or a request. */
type Asking = { readonly principal: Principal; readonly subscriptions?: SubscriptionLookup };

/** What reading a channel needs of the node. */
type Readable = {
  readonly permissions: Permissions;
  readonly hub: Hub;
  readonly limits: { readonly history: number };
  read(channel: string, range: ReadRange): Promise<Page>;
};

const NO_HISTORY = 'this channel keeps no history';
const DAMAGED = 'the stored history is damaged here and cannot be read any further';

/**
 * Answers a history command, after checking that history exists and the principal may read it. Throws `ClientError`, in
 * the order of Centrifugo's handler.go: availability before permission.
 */
export async function answerHistory(
  node: Readable,
  asking: Asking,
  command: Extract<Command, { kind: 'history' }>,
): Promise<Answer<'history'>> {
  const { channel, since, reverse } = command;
  if (node.permissions.namespace(channel).history === 'none')
    throw new ClientError('notAvailable', { message: NO_HISTORY });
  await node.permissions.check(asking.principal, 'readHistory', channel, asking.subscriptions);
  if (reverse && since?.offset === 0) throw new ClientError('badRequest', { field: 'since.offset' });
  const limit = command.limit < 0 ? node.limits.history : Math.min(command.limit, node.limits.history);
  const range = { limit, reverse, ...(since !== undefined && { after: since.offset }) };
  const { publications, top, damaged } = await node.read(channel, range);
  if (since !== undefined && since.epoch !== '' && since.epoch !== top.epoch) {
    throw new ClientError('unrecoverablePosition');
  }
  if (damaged && publications.length === 0) throw new ClientError('internal', { message: DAMAGED });
  return { kind: 'history', epoch: top.epoch, offset: top.offset, publications };
}

/** Like `answerHistory`, for presence. */
export async function answerPresence(node: Readable, asking: Asking, channel: string): Promise<Answer<'presence'>> {
  return { kind: 'presence', clients: [...((await presentIn(node, asking, channel))?.clients ?? [])] };
}

/** Like `answerPresence`, for the counts. */
export async function answerPresenceStats(
  node: Readable,
  asking: Asking,
  channel: string,
): Promise<Answer<'presenceStats'>> {
  const present = await presentIn(node, asking, channel);
  return { kind: 'presenceStats', clients: present?.size ?? 0, users: present?.users ?? 0 };
}

async function presentIn(node: Readable, asking: Asking, channel: string): Promise<PresentClients | undefined> {
  if (!node.permissions.namespace(channel).presence) throw new ClientError('notAvailable');
  await node.permissions.check(asking.principal, 'readPresence', channel, asking.subscriptions);
  return node.hub.get(channel)?.present;
}
