import type { Page, ReadRange } from '../ports/log.ts';
import type { Command } from './commands.ts';
import { ClientError } from './errors.ts';
import type { Hub } from './hub.ts';
import type { Permissions } from './permissions.ts';
import type { Principal } from './principal.ts';
import type { Reply } from './pushes.ts';

/** What reading a channel needs of the node. */
type Readable = {
  readonly permissions: Permissions;
  readonly hub: Hub;
  readonly limits: { readonly history: number };
  read(channel: string, range: ReadRange): Promise<Page>;
};

/** Answers a history command, after checking that the principal may. Throws `ClientError`. */
export async function answerHistory(
  node: Readable,
  principal: Principal,
  command: Extract<Command, { kind: 'history' }>,
): Promise<Reply> {
  const { channel, since, reverse } = command;
  await node.permissions.check(principal, 'readHistory', channel);
  if (reverse && since?.offset === 0) throw new ClientError('badRequest', { field: 'since.offset' });
  const limit = command.limit < 0 ? node.limits.history : Math.min(command.limit, node.limits.history);
  const range = { limit, reverse, ...(since !== undefined && { after: since.offset }) };
  const { publications, top } = await node.read(channel, range);
  if (since !== undefined && since.epoch !== '' && since.epoch !== top.epoch) {
    throw new ClientError('unrecoverablePosition');
  }
  return { kind: 'history', epoch: top.epoch, offset: top.offset, publications };
}

/** As `answerHistory`, for who is there. */
export async function answerPresence(
  node: Readable,
  principal: Principal,
  command: Extract<Command, { kind: 'presence' | 'presenceStats' }>,
): Promise<Reply> {
  await node.permissions.check(principal, 'readPresence', command.channel);
  if (!node.permissions.namespace(command.channel).presence) throw new ClientError('notAvailable');
  const clients = [...(node.hub.get(command.channel)?.present?.clients ?? [])];
  if (command.kind === 'presence') return { kind: 'presence', clients };
  return { kind: 'presenceStats', clients: clients.length, users: new Set(clients.map(({ user }) => user)).size };
}
