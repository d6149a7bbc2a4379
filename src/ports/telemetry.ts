export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

/** A counter's value. */
export type Count = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

/** Log records and counters. An adapter never throws and never blocks the caller. */
export interface Telemetry {
  /** One structured record. `event` is `noun.verb` (`session.opened`). */
  record(level: LogLevel, event: string, fields?: Fields): void;
  /** Adds to a counter. Labels must have few values: never a user, channel or address. */
  count(name: string, labels?: Readonly<Record<string, string>>, by?: number): void;
}
