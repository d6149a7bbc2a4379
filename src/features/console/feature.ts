import type { ChannelPolicy, Feature, People } from '../../core/feature.ts';
import { Inspection } from '../../core/inspection.ts';
import { CLOSED_NAMESPACE } from '../../core/namespace.ts';
import type { Node } from '../../core/node.ts';
import { bindOperations, type Handlers } from '../../core/operation.ts';
import type { Vitals } from '../../ports/vitals.ts';
import { channelHandlers } from './channels.ts';
import { connectionHandlers } from './connections.ts';
import { consoleContract } from './contract.ts';
import { METRICS_CHANNEL } from './events.ts';
import { Metrics } from './metrics.ts';
import { metricsAnswer, publishSample } from './metrics-feed.ts';
import type { ConsoleHost, Parts } from './parts.ts';

export type Console = {
  readonly feature: Feature;
  /** The node that owners look at. To be called once, before it starts. */
  attach(node: Node): void;
};

type Attached = { readonly inspection: Inspection; readonly metrics: Metrics };

/** The feature with which owners see the engine at work, look into its channels and end connections. */
export function createConsole(host: ConsoleHost, people: People, vitals: Vitals): Console {
  let attached: Attached | undefined;
  const made = (): Attached => {
    if (attached === undefined) throw new Error('the console was used before the node was made');
    return attached;
  };
  const parts: Parts = { host, people, inspection: () => made().inspection };
  const handlers: Handlers<typeof consoleContract> = {
    metrics: async () => metricsAnswer(made().metrics.samples),
    ...connectionHandlers(parts),
    ...channelHandlers(parts),
  };
  const namespace = { options: { ...CLOSED_NAMESPACE, subscribe: 'feature' }, policy: ownersOnly } as const;
  return {
    feature: {
      name: 'console',
      namespaces: { console: namespace },
      operations: bindOperations(consoleContract, handlers),
      onTick: (now) => publishSample(made().metrics, made().inspection.node, now),
    },
    attach: (node) => {
      attached = { inspection: new Inspection(node), metrics: new Metrics(node, vitals, host.clock.now()) };
    },
  };
}

const ownersOnly: ChannelPolicy = (principal, action, channel) =>
  principal.kind === 'user' && principal.role === 'owner' && action === 'subscribe' && channel === METRICS_CHANNEL;
