import { CHANNEL_LIMIT, UNSAFE } from '../channels/channel-name.ts';
import { type Audience, type Namespace, namespaceOf } from '../channels/namespace.ts';
import type { Namespaces } from '../channels/namespaces.ts';
import { ClientError } from '../errors.ts';
import type { ChannelAction, NamespaceDefinition } from '../operations/feature.ts';
import type { Principal } from './principal.ts';
import { isUserChannel, namesUser, USER_CHANNEL_NAMES, type UserChannelNames } from './user-channels.ts';

/** In front of a channel that nothing but a token of the developer's backend opens. */
const PRIVATE_PREFIX = '$';

/** What the asking connection is subscribed to. */
export type Seat = { has(channel: string): boolean };

/**
 * The one place where channel commands of every protocol are allowed or refused. What is not granted is denied.
 */
export class Permissions {
  readonly #namespaces: Namespaces;
  readonly #open: ReadonlySet<string>;
  readonly #names: UserChannelNames;
  #last: { readonly channel: string; readonly version: number; readonly definition: NamespaceDefinition } | undefined;

  /**
   * `open` names namespaces in which everybody may do everything, as benchmarks and foreign test suites need it.
   * Never a feature's: its channels are written by its own operations alone.
   */
  constructor(namespaces: Namespaces, open: ReadonlySet<string>, names: UserChannelNames = USER_CHANNEL_NAMES) {
    this.#namespaces = namespaces;
    this.#open = open;
    this.#names = names;
  }

  /** Options of the channel's namespace. Throws `unknownChannel` when there is no such namespace. */
  namespace(channel: string): Namespace {
    return optionsOf(this.#definition(channel), channel);
  }

  /** Throws `permissionDenied` unless the principal may; `unknownChannel`, `badRequest` for impossible names. */
  async check(principal: Principal, action: ChannelAction, channel: string, seat?: Seat): Promise<void> {
    const allowed = this.decide(principal, action, channel, seat);
    if (!(typeof allowed === 'boolean' ? allowed : await allowed)) throw new ClientError('permissionDenied');
  }

  /** Whether it is the developer's backend that decides. Throws as `namespace`. */
  isBackends(action: ChannelAction, channel: string): boolean {
    const options = this.namespace(channel);
    if (options[action] !== 'backend' || this.#open.has(namespaceOf(channel))) return false;
    return action !== 'subscribe' || !(isPrivate(channel) || this.#isUserChannel(options, channel));
  }

  /**
   * As `check`, answering at once where no feature has to be asked. Of what is the backend's, it grants nothing.
   * `seat`: of a connection; a request without one is subscribed to nothing.
   */
  decide(principal: Principal, action: ChannelAction, channel: string, seat?: Seat): boolean | Promise<boolean> {
    const definition = this.#definition(channel);
    const { policy } = definition;
    // Whoever has an app's key is nobody in particular: no audience counts them in.
    if (principal.kind === 'app')
      return definition.ofFeature !== true && (policy?.(principal, action, channel) ?? false);
    if (action === 'subscribe' && isPrivate(channel)) return false;
    if (this.#open.has(namespaceOf(channel))) return true;
    const options = optionsOf(definition, channel);
    if (this.#isUserChannel(options, channel)) {
      const isNamed = namesUser(channel, principal, this.#names);
      if (action === 'subscribe' || !isNamed) return isNamed;
    }
    const audience: Audience = options[action];
    switch (audience) {
      case 'everyone':
        return true;
      case 'users':
        return principal.kind !== 'anonymous';
      case 'subscribers':
        return seat?.has(channel) === true;
      case 'subscribedUsers':
        return principal.kind !== 'anonymous' && seat?.has(channel) === true;
      case 'feature':
        return policy?.(principal, action, channel) ?? false;
      case 'backend':
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

  /** `$chat:x` is of the namespace `chat`, save where a feature or an app reads more out of names. */
  #privateDefinition(channel: string): NamespaceDefinition | undefined {
    if (!isPrivate(channel)) return undefined;
    const definition = this.#namespaces.get(namespaceOf(channel).slice(PRIVATE_PREFIX.length));
    const isPlain =
      definition?.ofFeature !== true && definition?.policy === undefined && definition?.optionsOf === undefined;
    return isPlain ? definition : undefined;
  }

  #isUserChannel({ userChannels }: Namespace, channel: string): boolean {
    return userChannels && isUserChannel(channel, this.#names);
  }

  /** A publication asks for its channel's several times; `Namespaces.version` tells whether the last answer still holds. */
  #definition(channel: string): NamespaceDefinition {
    const last = this.#last;
    if (last?.channel === channel && last.version === this.#namespaces.version) return last.definition;
    const definition = this.#find(channel);
    this.#last = { channel, version: this.#namespaces.version, definition };
    return definition;
  }

  #find(channel: string): NamespaceDefinition {
    if (channel === '') throw new ClientError('badRequest', { field: 'channel', message: 'must not be empty' });
    if (channel.length > CHANNEL_LIMIT) {
      const message = `must have at most ${CHANNEL_LIMIT} characters`;
      throw new ClientError('badRequest', { field: 'channel', message });
    }
    if (UNSAFE.test(channel)) {
      const message = 'must be valid text without control characters';
      throw new ClientError('badRequest', { field: 'channel', message });
    }
    const definition = this.#namespaces.get(namespaceOf(channel)) ?? this.#privateDefinition(channel);
    if (definition === undefined) throw new ClientError('unknownChannel');
    return definition;
  }
}

function isPrivate(channel: string): boolean {
  return channel.startsWith(PRIVATE_PREFIX);
}

function optionsOf(definition: NamespaceDefinition, channel: string): Namespace {
  return definition.optionsOf?.(channel) ?? definition.options;
}
