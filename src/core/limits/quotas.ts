/** Limits of clients; 0 means unlimited. Rates allow bursts of `burstSeconds`. */
export type Quotas = {
  /** Per connection, publications included. */
  readonly commandsPerSecond: number;
  readonly publicationsPerSecond: number;
  /** Of all connections and requests of one user on this node. */
  readonly userCommandsPerSecond: number;
  readonly userPublicationsPerSecond: number;
  /** Bytes read for one user on this node: history, presence, recoveries, results of operations. */
  readonly userReadBytesPerSecond: number;
  readonly burstSeconds: number;
  readonly userConnections: number;
  /** Client-side subscriptions of one user's connections on this node. */
  readonly userChannels: number;
  /** Of the whole node. */
  readonly connections: number;
  readonly connectsPerSecond: number;
  /** Per address; IPv6 counts by /64. */
  readonly addressConnections: number;
  readonly addressConnectsPerSecond: number;
};

export const UNLIMITED: Quotas = {
  commandsPerSecond: 0,
  publicationsPerSecond: 0,
  userCommandsPerSecond: 0,
  userPublicationsPerSecond: 0,
  userReadBytesPerSecond: 0,
  burstSeconds: 1,
  userConnections: 0,
  userChannels: 0,
  connections: 0,
  connectsPerSecond: 0,
  addressConnections: 0,
  addressConnectsPerSecond: 0,
};

/** The exceeded limit: a label of the metric of refusals. */
export type LimitName =
  | 'commands'
  | 'publications'
  | 'userCommands'
  | 'userPublications'
  | 'channels'
  | 'userChannels'
  | 'dataBytes'
  | 'userConnections'
  | 'addressConnections'
  | 'addressConnects'
  | 'connections'
  | 'connects'
  | 'draining'
  | 'apiKey';
