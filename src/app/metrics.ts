import type { Jobs } from '../core/jobs/jobs.ts';
import type { Node } from '../core/node/node.ts';
import type { Count } from '../ports/telemetry.ts';
import { counter, gauge, type MetricFamily } from './exposition.ts';
import type { Ports } from './ports.ts';

/** Descriptions of the counters of `Telemetry`. */
const COUNTED: Readonly<Record<string, string>> = {
  banyan_command_errors_total: 'Client commands answered with an error, by its name; without rate limit errors.',
  banyan_dead_letters_dropped_total: 'Dead letters removed because there were too many.',
  banyan_disconnects_total: 'Connections closed by this server, by reason.',
  banyan_part_failures_total: 'Exceptions caught at the edge of a part of the process, by part.',
  banyan_refusals_total: 'Commands, requests and connections refused by a limit, by limit.',
  banyan_http_requests_total: 'HTTP requests answered, by status.',
  banyan_spans_dropped_total: 'Trace spans not delivered to a collector, by reason.',
  banyan_spans_exported_total: 'Trace spans accepted by a collector.',
  banyan_token_refusals_total: 'Tokens refused, by reason.',
  banyan_webhook_events_dropped_total: 'Webhook events dropped because nothing could be written for too long.',
  banyan_works_total: 'Attempts at background work, by queue and outcome: done, failed, dead.',
};

/** Metrics of the node, and the counters. They cost the node nothing until they are read. */
export function metricsOf({ node, jobs, damage }: Measured, counts: readonly Count[]): readonly MetricFamily[] {
  return [...present(node), ...done(node), ...waiting(node), ...later(jobs), stored(damage()), ...counted(counts)];
}

type Measured = { readonly node: Node; readonly jobs: Jobs } & Pick<Ports, 'damage'>;

function present({ population, hub }: Node): readonly MetricFamily[] {
  return [
    gauge('banyan_connections', 'Open connections, streams and polls.', population.clients),
    gauge('banyan_users', 'Users with an open connection.', population.users),
    gauge('banyan_subscriptions', 'Subscriptions of all connections.', hub.subscriptions),
    gauge(
      'banyan_connections_behind',
      'Connections in conflation, which get only the newest publication per key.',
      hub.conflation.size,
    ),
    gauge('banyan_channels', 'Channels with subscribers on this node.', hub.size),
  ];
}

function done({ publications, commands, hub, queues }: Node): readonly MetricFamily[] {
  return [
    counter('banyan_publications_total', 'Publications accepted by this node.', publications),
    counter('banyan_deliveries_total', 'Publications delivered, counted per subscriber.', hub.deliveries),
    counter(
      'banyan_publications_replaced_total',
      'Publications skipped for slow connections, as a newer one with the same key replaced them.',
      hub.conflation.replaced,
    ),
    counter('banyan_commands_total', 'Client commands answered.', commands),
    {
      name: 'banyan_delivery_delay_seconds',
      help: 'From accepting a publication to passing it to the sockets, per delivery.',
      kind: 'histogram',
      histogram: hub.deliveryDelay,
    },
    {
      name: 'banyan_append_seconds',
      help: 'From accepting a publication in a durable channel to its being on disk.',
      kind: 'histogram',
      histogram: queues.durable.delay,
    },
  ];
}

function waiting({ queues }: Node): readonly MetricFamily[] {
  return [
    gauge('banyan_append_queue_length', 'Publications waiting to be written to disk.', queues.durable.length),
    gauge('banyan_append_queue_characters', 'Characters of their data.', queues.durable.bytes),
  ];
}

function later(jobs: Jobs): readonly MetricFamily[] {
  return [
    gauge('banyan_works_waiting', 'Pending background work, such as webhook deliveries.', jobs.waiting),
    gauge('banyan_dead_letters', 'Permanently failed work that waits for the owner.', jobs.deadLetters.total.works),
  ];
}

function stored(damage: string | undefined): MetricFamily {
  const help = '1 if stored data is known to be damaged, until it is repaired; otherwise 0.';
  return gauge('banyan_database_damaged', help, damage === undefined ? 0 : 1);
}

function counted(counts: readonly Count[]): readonly MetricFamily[] {
  const names = new Set([...Object.keys(COUNTED), ...counts.map(({ name }) => name)]);
  return [...names].map((name) => ({
    name,
    help: COUNTED[name] ?? name,
    kind: 'counter',
    samples: counts.filter((count) => count.name === name),
  }));
}
