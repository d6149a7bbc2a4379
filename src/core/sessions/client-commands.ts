import type { MapEntry } from '../../ports/log.ts';
import type { Admission } from '../access/admission.ts';
import type { Permissions } from '../access/permissions.ts';
import { userOf } from '../access/principal.ts';
import { askingOf } from '../backend/application.ts';
import { ClientError } from '../errors.ts';
import { clientEntryOf } from '../maps/maps.ts';
import type { Hooks } from '../node/hooks.ts';
import type { Published, PublishOptions } from '../operations/feature.ts';
import type { Command } from '../protocol/commands.ts';
import type { Reply } from '../protocol/pushes.ts';
import type { Turn } from './channel-turns.ts';
import type { Session } from './session.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

type PublishCommand = Extract<Command, { kind: 'publish' }>;

/** What a client's publications need of the node. */
type Publishing = {
  readonly permissions: Permissions;
  readonly admission: Admission;
  publish(channel: string, data: string, options: PublishOptions): Promise<Published>;
};

type Publishers = {
  readonly node: Publishing;
  readonly hooks: Hooks | undefined;
  /** Of the command; ended once the publication has its place in the channel's order. */
  readonly turn?: Turn | undefined;
};

/** Answers a publish command, after checking permissions. Throws `ClientError`. */
export async function answerPublish(
  { node, hooks, turn }: Publishers,
  session: Session,
  command: PublishCommand,
): Promise<Reply> {
  const { channel, key, tags, excludesSender: tellsOthersOnly, span } = command;
  const { principal, subscriptions } = session;
  // An app client's credentials for a channel also allow it to publish there.
  if (principal.kind === 'app' && !subscriptions.has(channel)) throw new ClientError('permissionDenied');
  const entry = clientEntryOf(node.permissions.namespace(channel), session.info, command.entry);
  const asked = node.admission.publication(session, withEntry(command, entry));
  // If nobody has to be asked, it is published before the client's next command.
  const permitted = asked instanceof Promise ? await asked : asked;
  const { data, options } = permitted;
  const info = subscriptions.infoIn(channel);
  // Field by field: this runs for every publication, and conditional spreads cost as much as all the rest.
  const publication: Mutable<PublishOptions> = { info };
  if (tags !== undefined) publication.tags = tags;
  if (entry !== undefined) publication.entry = permitted.key === undefined ? entry : { ...entry, key: permitted.key };
  // Keys of different users never collide, whatever they choose.
  if (key !== undefined) publication.key = `${principal.kind}/${userOf(principal)}/${key}`;
  if (tellsOthersOnly === true) publication.except = session.client;
  if (options !== undefined) Object.assign(publication, options);
  if (span !== undefined) publication.span = span;
  const publishing = node.publish(channel, data, publication);
  turn?.accepted();
  const published = await publishing;
  if (principal.kind === 'app') {
    const told = { data, info, ...(tags !== undefined && { tags }), ...(entry !== undefined && { entry }) };
    hooks?.apps?.published(channel, { ...told, ...(span !== undefined && { trace: span.context }) });
  }
  return { kind: 'publish', published };
}

/** Throws `ClientError` if there is no data. An entry of a map may be empty, or be removed. */
function withEntry(command: PublishCommand, entry: MapEntry | undefined): PublishCommand {
  if (entry === undefined && command.data !== '') return command;
  if (entry === undefined) throw new ClientError('badRequest', { field: 'data', message: 'must be given' });
  return { ...command, data: command.data === '' ? 'null' : command.data, entry };
}

/** Answers a call: an operation's, or else the developer's backend's. Throws `ClientError`. */
export async function answerRpc(
  hooks: Hooks | undefined,
  session: Session,
  { method, data, text, span }: Extract<Command, { kind: 'rpc' }>,
): Promise<Reply> {
  if (hooks === undefined) throw new ClientError('methodNotFound');
  const { application, operates, call } = hooks;
  if (application?.hears('rpc') === true && operates?.(method) === false) {
    return { kind: 'rpc', data: await application.rpc(askingOf(session, span), method, text) };
  }
  const { principal, address, client } = session;
  return {
    kind: 'rpc',
    data: await call(method, { principal, address, client, ...(span !== undefined && { span }) }, data),
  };
}
