import type { ChannelPolicy, NamespaceDefinition } from '../operations/feature.ts';

/**
 * A node's namespaces, by name: those of the settings, of features and of apps. They exist before the node; features,
 * which need the node, set their policies later. Until then, what a feature decides is denied.
 */
export class Namespaces {
  readonly #definitions: Map<string, NamespaceDefinition>;
  /** Changes with every definition. */
  version = 0;
  #redefined: (name: string) => void = () => undefined;

  constructor(definitions: Readonly<Record<string, NamespaceDefinition>> = {}) {
    this.#definitions = new Map(Object.entries(definitions));
  }

  get(name: string): NamespaceDefinition | undefined {
    return this.#definitions.get(name);
  }

  /** Adds a namespace or replaces one. Its channels' clients subscribe again. */
  define(name: string, definition: NamespaceDefinition): void {
    this.#definitions.set(name, definition);
    this.version += 1;
    this.#redefined(name);
  }

  /** Sets the policy for decisions the namespace leaves to its feature. Throws if there is no such namespace. */
  setPolicy(name: string, policy: ChannelPolicy): void {
    const definition = this.#definitions.get(name);
    if (definition === undefined) throw new Error(`there is no namespace ${name} to decide in`);
    this.#definitions.set(name, { ...definition, policy });
    this.version += 1;
  }

  /** Throws if a namespace leaves a decision to its feature, and the feature has set no policy. */
  checkPolicies(): void {
    for (const [name, { options, ofFeature, policy }] of this.#definitions) {
      const decides = Object.values(options).includes('feature');
      if (ofFeature === true && decides && policy === undefined) throw new Error(`namespace ${name} has no policy`);
    }
  }

  /** Calls the listener with the name of each namespace defined from now on. There is one listener. */
  onRedefined(listener: (name: string) => void): void {
    this.#redefined = listener;
  }
}
