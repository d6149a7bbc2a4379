import type { Jobs } from '../core/jobs/jobs.ts';
import type { Node } from '../core/node/node.ts';
import type { Count } from '../ports/telemetry.ts';
import { counter, type Family, gauge } from './exposition.ts';
import type { Ports } from './ports.ts';

/** What counters of `Telemetry` stand for. */
const COUNTED: Readonly<Record<string, string>> = {
  banyan_command_errors_total:
    'Commands of clients that were answered with an error, by its name; not those refused by a rate.',
  banyan_dead_letters_dropped_total: 'Dead letters past their bounds, which were let go of.',
  banyan_disconnects_total: 'Connections that this server has ended, by the reason.',
  banyan_part_failures_total: 'Exceptions that were kept from the rest of the process, by the part that threw.',
  banyan_refusals_total: 'Commands, requests and connections refused because a limit was reached, by the limit.',
  banyan_http_requests_total: 'HTTP requests answered, by status.',
  banyan_spans_dropped_total: 'Spans of traces that no collector was given, by the reason.',
  banyan_spans_exported_total: 'Spans of traces that a collector has taken.',
  banyan_token_refusals_total: 'Tokens that were not taken, by the reason.',
  banyan_webhook_events_dropped_total:
    'Events for webhooks that were dropped because nothing could be written for long.',
  banyan_works_total: 'Tries of work that is done later, by queue and outcome: done, failed, dead.',
};

/** What the node knows of itself, and what was counted. Reading it costs the node nothing while nobody does. */
export function metricsOf({ node, jobs, damage }: Measured, counts: readonly Count[]): readonly Family[] {
  return [...present(node), ...done(node), ...waiting(node), ...later(jobs), stored(damage()), ...counted(counts)];
}

type Measured = { readonly node: Node; readonly jobs: Jobs } & Pick<Ports, 'damage'>;

function present({ population, hub }: Node): readonly Family[] {
  return [
    gauge('banyan_connections', 'Connections, streams and polls that are open.', population.clients),
    gauge('banyan_users', 'Users who have one.', population.users),
    gauge('banyan_subscriptions', 'Subscriptions of all connections.', hub.subscriptions),
    gauge('banyan_connections_behind', 'Connections for which the newest of each key is kept.', hub.conflation.size),
    gauge('banyan_channels', 'Channels that somebody here listens to.', hub.size),
  ];
}

function done({ publications, commands, hub, queues }: Node): readonly Family[] {
  return [
    counter('banyan_publications_total', 'Publications accepted by this node.', publications),
    counter('banyan_deliveries_total', 'Publications handed on, one for each subscriber.', hub.deliveries),
    counter(
      'banyan_publications_replaced_total',
      'Publications that connections that were behind were not given, as a newer one with the key took their place.',
      hub.conflation.replaced,
    ),
    counter('banyan_commands_total', 'Commands that clients have sent and that are answered.', commands),
    {
      name: 'banyan_delivery_delay_seconds',
      help: 'From accepting a publication to handing it to the sockets, of each delivery.',
      kind: 'histogram',
      histogram: hub.deliveryDelay,
    },
    {
      name: 'banyan_append_seconds',
      help: 'From taking a publication of a durable channel to its being on disk.',
      kind: 'histogram',
      histogram: queues.durable.delay,
    },
  ];
}

function waiting({ queues }: Node): readonly Family[] {
  return [
    gauge('banyan_append_queue_length', 'Publications that wait to be on disk.', queues.durable.length),
    gauge('banyan_append_queue_characters', 'Characters of their data.', queues.durable.bytes),
  ];
}

function later(jobs: Jobs): readonly Family[] {
  return [
    gauge('banyan_works_waiting', 'Work that is still to be done, as deliveries to webhooks.', jobs.waiting),
    gauge('banyan_dead_letters', 'Work that failed for good, and waits for the owner.', jobs.deadLetters.total.works),
  ];
}

function stored(damage: string | undefined): Family {
  const help = '1 where stored data is known to be damaged, until it is repaired; else 0.';
  return gauge('banyan_database_damaged', help, damage === undefined ? 0 : 1);
}

function counted(counts: readonly Count[]): readonly Family[] {
  const names = new Set([...Object.keys(COUNTED), ...counts.map(({ name }) => name)]);
  return [...names].map((name) => ({
    name,
    help: COUNTED[name] ?? name,
    kind: 'counter',
    samples: counts.filter((count) => count.name === name),
  }));
}
