import { CHANNEL_LIMIT, UNSAFE } from '../channels/channel-name.ts';
import { type Audience, type Namespace, namespaceOf } from '../channels/namespace.ts';
import type { Namespaces } from '../channels/namespaces.ts';
import { ClientError } from '../errors.ts';
import type { ChannelAction, NamespaceDefinition } from '../operations/feature.ts';
import type { Principal } from './principal.ts';
import { isUserChannel, namesUser, USER_CHANNEL_NAMES, type UserChannelNames } from './user-channels.ts';

/** The prefix of a channel that only a token of the developer's backend opens. */
const PRIVATE_PREFIX = '$';

/** The caller's subscriptions. */
export type SubscriptionLookup = { has(channel: string): boolean };

/** The single place where channel commands of every protocol are authorized. What is not granted is denied. */
export class Permissions {
  readonly #namespaces: Namespaces;
  readonly #open: ReadonlySet<string>;
  readonly #names: UserChannelNames;
  #last: { readonly channel: string; readonly version: number; readonly definition: NamespaceDefinition } | undefined;

  /**
   * `open` names namespaces where everybody may do everything, for benchmarks and foreign test suites. Never a
   * feature's: only its own operations write to its channels.
   */
  constructor(namespaces: Namespaces, open: ReadonlySet<string>, names: UserChannelNames = USER_CHANNEL_NAMES) {
    this.#namespaces = namespaces;
    this.#open = open;
    this.#names = names;
  }

  /** Options of the channel's namespace. Throws `unknownChannel` if there is none. */
  namespace(channel: string): Namespace {
    return optionsOf(this.#definition(channel), channel);
  }

  /** Throws `permissionDenied` unless the principal is allowed; `unknownChannel`, `badRequest` for invalid names. */
  async check(principal: Principal, action: ChannelAction, channel: string, seat?: SubscriptionLookup): Promise<void> {
    const allowed = this.decide(principal, action, channel, seat);
    if (!(typeof allowed === 'boolean' ? allowed : await allowed)) throw new ClientError('permissionDenied');
  }

  /** Whether the developer's backend decides. Throws like `namespace`. */
  isBackends(action: ChannelAction, channel: string): boolean {
    const options = this.namespace(channel);
    if (options[action] !== 'backend' || this.#open.has(namespaceOf(channel))) return false;
    return action !== 'subscribe' || !(isPrivate(channel) || this.#isUserChannel(options, channel));
  }

  /**
   * Like `check`, but answers synchronously if no feature has to be asked. It never grants what the backend decides.
   * `seat`: the connection's; a request without a connection has no subscriptions.
   */
  decide(
    principal: Principal,
    action: ChannelAction,
    channel: string,
    seat?: SubscriptionLookup,
  ): boolean | Promise<boolean> {
    const definition = this.#definition(channel);
    const { policy } = definition;
    // An app's key does not identify a user: no audience includes its clients.
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

  /** Whether tokens of the developer's own backend open the channel. Throws like `namespace`. */
  takesTokens(channel: string): boolean {
    return this.#definition(channel).ofFeature !== true;
  }

  /** `$chat:x` is in the namespace `chat`, unless a feature or an app has its own meaning for names. */
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

  /**
   * Each publication looks up its channel several times; `Namespaces.version` tells whether the cached result is still
   * valid.
   */
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
