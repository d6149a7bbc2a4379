import { ClientError } from './errors.ts';
import type { ChannelAction, NamespaceDefinition } from './feature.ts';
import { type Audience, type Namespace, namespaceOf } from './namespace.ts';
import type { Principal } from './principal.ts';

/** Control characters and halves of surrogate pairs: a database or a topic would make one channel of two. */
const UNSAFE = /[\p{Cc}\p{Cs}]/u;

/** Longest channel name, in UTF-16 units. */
export const CHANNEL_LIMIT = 255;

/**
 * The one place where channel commands of every protocol are allowed or refused. What is not granted is denied.
 */
export class Permissions {
  readonly #namespaces: ReadonlyMap<string, NamespaceDefinition>;
  readonly #open: ReadonlySet<string>;

  /**
   * `open` names namespaces in which everybody may do everything, as benchmarks and foreign test suites need it.
   * Never a feature's: its channels are written by its own operations alone.
   */
  constructor(namespaces: ReadonlyMap<string, NamespaceDefinition>, open: ReadonlySet<string>) {
    this.#namespaces = namespaces;
    this.#open = open;
  }

  /** Options of the channel's namespace. Throws `unknownChannel` when there is no such namespace. */
  namespace(channel: string): Namespace {
    return optionsOf(this.#definition(channel), channel);
  }

  /** Throws `permissionDenied` unless the principal may; `unknownChannel`, `badRequest` for impossible names. */
  async check(principal: Principal, action: ChannelAction, channel: string): Promise<void> {
    const allowed = this.decide(principal, action, channel);
    if (!(typeof allowed === 'boolean' ? allowed : await allowed)) throw new ClientError('permissionDenied');
  }

  /** As `check`, answering at once where no feature has to be asked. */
  decide(principal: Principal, action: ChannelAction, channel: string): boolean | Promise<boolean> {
    const definition = this.#definition(channel);
    const { policy } = definition;
    // Whoever has an app's key is nobody in particular: no audience counts them in.
    if (principal.kind === 'app')
      return definition.ofFeature !== true && (policy?.(principal, action, channel) ?? false);
    if (this.#open.has(namespaceOf(channel))) return true;
    const audience: Audience = optionsOf(definition, channel)[action];
    switch (audience) {
      case 'everyone':
        return true;
      case 'users':
        return principal.kind !== 'anonymous';
      case 'feature':
        return policy?.(principal, action, channel) ?? false;
      case 'nobody':
        return false;
      default:
        return audience satisfies never;
    }
  }

  /** Whether tokens of the developer's own backend open the channel. Throws as `namespace`. */
  takesTokens(channel: string): boolean {
    return this.#definition(channel).ofFeature !== true;
  }

  #definition(channel: string): NamespaceDefinition {
    if (channel === '') throw new ClientError('badRequest', { field: 'channel', message: 'channel must not be empty' });
    if (channel.length > CHANNEL_LIMIT) {
      const message = `channel must have at most ${CHANNEL_LIMIT} characters`;
      throw new ClientError('badRequest', { field: 'channel', message });
    }
    if (UNSAFE.test(channel)) {
      const message = 'channel must be valid text without control characters';
      throw new ClientError('badRequest', { field: 'channel', message });
    }
    const definition = this.#namespaces.get(namespaceOf(channel));
    if (definition === undefined) throw new ClientError('unknownChannel');
    return definition;
  }
}

function optionsOf(definition: NamespaceDefinition, channel: string): Namespace {
  return definition.optionsOf?.(channel) ?? definition.options;
}
