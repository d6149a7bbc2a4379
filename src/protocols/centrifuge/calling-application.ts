import type { Command } from '../../core/protocol/commands.ts';

type ApplicationField = Pick<Extract<Command, { kind: 'connect' }>, 'application'>;

/** The name and version a client reports; empty texts are omitted. */
export function callingApplication(name: string, version: string): ApplicationField {
  if (name === '' && version === '') return {};
  return { application: { ...(name !== '' && { name }), ...(version !== '' && { version }) } };
}
