import type { Command } from '../../core/protocol/commands.ts';

type Said = Pick<Extract<Command, { kind: 'connect' }>, 'application'>;

/** What a client says of the program that it is part of; empty texts say nothing. */
export function callingApplication(name: string, version: string): Said {
  if (name === '' && version === '') return {};
  return { application: { ...(name !== '' && { name }), ...(version !== '' && { version }) } };
}
