import { consoleContract } from '../../contracts/console/contract.ts';
import { Inspection } from '../../core/node/inspection.ts';
import type { Node } from '../../core/node/node.ts';
import type { Feature, People } from '../../core/operations/feature.ts';
import { bindOperations, type Handlers } from '../../core/operations/operation.ts';
import type { Vitals } from '../../ports/vitals.ts';
import { channelHandlers } from './channels.ts';
import { connectionHandlers } from './connections.ts';
import { Metrics } from './metrics.ts';
import { metricsAnswer, publishSample } from './metrics-feed.ts';
import type { ConsoleHost, Parts } from './parts.ts';

/** What the console shows: the node, and its process. */
export type Watched = { readonly node: Node; readonly vitals: Vitals };

/** The console feature: owners see metrics, inspect channels and close connections. */
export function createConsole(host: ConsoleHost, people: People, { node, vitals }: Watched): Feature {
  const metrics = new Metrics(node, vitals, host.clock.now());
  const parts: Parts = { host, people, inspection: new Inspection(node) };
  const handlers: Handlers<typeof consoleContract> = {
    metrics: async () => metricsAnswer(metrics.samples),
    ...connectionHandlers(parts),
    ...channelHandlers(parts),
  };
  return {
    name: 'console',
    operations: bindOperations(consoleContract, handlers),
    onTick: (now) => publishSample(metrics, node, now),
  };
}
