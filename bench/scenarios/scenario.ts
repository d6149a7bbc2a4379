/** How long and how often to measure. */
export type Settings = {
  readonly warmSecs: number;
  readonly secs: number;
  /** Each server is measured this often, in turn with the others; tables show medians. */
  readonly rounds: number;
  /** Publications in flight in fan-out. */
  readonly window: number;
  /** Clients in scenarios with many. */
  readonly clients: { readonly subscribers: number; readonly idle: number; readonly reconnecting: number };
  /** Channels in the scenario with many. */
  readonly channels: number;
  /** Folder of another checkout of Banyan, to be measured in turn with this one. */
  readonly beside?: string;
};

/** A goal of the project, and what was reached. */
export type Goal = { readonly promise: string; readonly reached: string; readonly met: boolean };

/** One table of the report. */
export type Section = {
  readonly title: string;
  /** What was done, in full sentences. */
  readonly method: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
  readonly goals: readonly Goal[];
  /** Failed checks: a lost, repeated or misplaced publication. Empty if all passed. */
  readonly broken: readonly string[];
};

export type Scenario = {
  readonly name: string;
  /** Half a line for `--help`. */
  readonly summary: string;
  readonly run: (settings: Settings) => Promise<readonly Section[]>;
};
