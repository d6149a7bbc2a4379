import type { Command } from '../../core/protocol/commands.ts';

type Said = Pick<Extract<Command, { kind: 'connect' }>, 'application'>;

/** The name and version a client reports; empty texts are omitted. */
export function callingApplication(name: string, version: string): Said {
  if (name === '' && version === '') return {};
  return { application: { ...(name !== '' && { name }), ...(version !== '' && { version }) } };
}
