/** What clients may use at most; 0: no bound. Rates may be used up at once for `burstSeconds`. */
export type Quotas = {
  /** Of one connection, publications included. */
  readonly commandsPerSecond: number;
  readonly publicationsPerSecond: number;
  /** Of all connections and requests of one user on this node. */
  readonly userCommandsPerSecond: number;
  readonly userPublicationsPerSecond: number;
  /** Read for one user on this node: history, presence, recoveries, answers of operations. */
  readonly userReadBytesPerSecond: number;
  readonly burstSeconds: number;
  readonly userConnections: number;
  /** Subscriptions that one user's connections on this node have asked for. */
  readonly userChannels: number;
  /** Of the whole node. */
  readonly connections: number;
  readonly connectsPerSecond: number;
  /** Of one address; an IPv6 one counts by its first 64 bits. */
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

/** What refuses: a label of the count of refusals. */
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
