import type { ChannelPolicy, NamespaceDefinition } from '../operations/feature.ts';

/**
 * The namespaces of a node, by name: those of the settings, of features and of apps. They are there before the node;
 * features, which need the node, give their policies afterwards. Until then, what a feature decides is denied.
 */
export class Namespaces {
  readonly #definitions: Map<string, NamespaceDefinition>;
  /** Another one whenever a definition has changed. */
  version = 0;
  #redefined: (name: string) => void = () => undefined;

  constructor(definitions: Readonly<Record<string, NamespaceDefinition>> = {}) {
    this.#definitions = new Map(Object.entries(definitions));
  }

  get(name: string): NamespaceDefinition | undefined {
    return this.#definitions.get(name);
  }

  /** Adds a namespace or replaces one. Clients in its channels subscribe again. */
  define(name: string, definition: NamespaceDefinition): void {
    this.#definitions.set(name, definition);
    this.version += 1;
    this.#redefined(name);
  }

  /** The policy decides what the namespace leaves to its feature. Throws when there is no such namespace. */
  setPolicy(name: string, policy: ChannelPolicy): void {
    const definition = this.#definitions.get(name);
    if (definition === undefined) throw new Error(`there is no namespace ${name} to decide in`);
    this.#definitions.set(name, { ...definition, policy });
    this.version += 1;
  }

  /** Throws when a namespace leaves a decision to its feature, and the feature has given no policy. */
  checkPolicies(): void {
    for (const [name, { options, ofFeature, policy }] of this.#definitions) {
      const decides = Object.values(options).includes('feature');
      if (ofFeature === true && decides && policy === undefined) throw new Error(`namespace ${name} has no policy`);
    }
  }

  /** Calls the listener with the name of each namespace that is defined from now on. There is one listener. */
  onRedefined(listener: (name: string) => void): void {
    this.#redefined = listener;
  }
}
