/**
 * One attempt to publish a message, from the first to the last thing its sender knows of it. A resend is another
 * attempt, with its own id.
 */
export type Attempt = {
  readonly id: string;
  readonly channel: string;
  readonly sender: string;
  /** `unknown`: the reply was lost, so the message may or may not be stored. */
  outcome: 'unknown' | 'acked' | 'refused';
};

/** A publication: its offset, and the attempt that made it. */
export type Entry = { readonly offset: number; readonly id: string };

/** A client that followed a channel from the publication after this offset on. */
export type Reader = {
  readonly name: string;
  readonly channel: string;
  readonly after: number;
  /** In arrival order. */
  readonly seen: readonly Entry[];
  /** Epochs the subscriptions reported. */
  readonly epochs: ReadonlySet<string>;
  /** How often recovery failed. */
  readonly unrecovered: number;
};

export type History = { readonly channel: string; readonly epoch: string; readonly entries: readonly Entry[] };

/** Everything clients did and received, and the final log. Attempts are in sending order. */
export type Evidence = {
  readonly attempts: readonly Attempt[];
  readonly histories: readonly History[];
  readonly readers: readonly Reader[];
};

/** Every way in which the evidence violates the server's guarantees, one line each with the rule's number. */
export function findViolations({ attempts, histories, readers }: Evidence): string[] {
  const written = new Map(histories.map((history) => [history.channel, history]));
  return [
    ...histories.flatMap(({ channel, entries }) => holes(`history of ${channel}`, entries)),
    ...acks(attempts, histories),
    ...histories.flatMap((history) => disorder(attempts, history)),
    ...readers.flatMap((reader) => misread(reader, written.get(reader.channel))),
  ];
}

/** OR1: offsets are 1, 2, 3 …. */
function holes(where: string, entries: readonly Entry[]): string[] {
  const wrong = entries.findIndex(({ offset }, index) => offset !== index + 1);
  if (wrong < 0) return [];
  return [`OR1: ${where} has offset ${entries[wrong]?.offset} where ${wrong + 1} should be`];
}

/**
 * AC1, AC4: acked attempts are stored once, refused ones never, all others at most once, and nothing else is stored.
 */
function acks(attempts: readonly Attempt[], histories: readonly History[]): string[] {
  const times = new Map<string, number>();
  for (const { channel, entries } of histories) {
    for (const { id } of entries) times.set(`${channel} ${id}`, (times.get(`${channel} ${id}`) ?? 0) + 1);
  }
  const broken = attempts.flatMap(({ channel, id, outcome }) => {
    const found = times.get(`${channel} ${id}`) ?? 0;
    times.delete(`${channel} ${id}`);
    if (outcome === 'acked' && found === 0) return [`AC1: ${id} was acked and is not in ${channel}`];
    if (outcome === 'refused' && found > 0) return [`AC4: ${id} was refused and is in ${channel}`];
    return found > 1 ? [`AC1: ${id} is ${found} times in ${channel}`] : [];
  });
  return [...broken, ...[...times.keys()].map((entry) => `AC1: ${entry} was never sent`)];
}

/** OR3: messages of one sender to one channel are stored in sending order. */
function disorder(attempts: readonly Attempt[], { channel, entries }: History): string[] {
  const offsets = new Map(entries.map(({ id, offset }) => [id, offset]));
  const last = new Map<string, number>();
  return attempts.flatMap(({ id, channel: to, sender }) => {
    const offset = to === channel ? offsets.get(id) : undefined;
    if (offset === undefined) return [];
    const before = last.get(sender) ?? 0;
    last.set(sender, offset);
    return offset < before ? [`OR3: ${id} was sent later than what stands behind it in ${channel}`] : [];
  });
}

/**
 * OR2, RE1: a reader received the history from its start on, in order, each once, in one epoch, and always recovered.
 */
function misread(reader: Reader, history: History | undefined): string[] {
  const { name, channel, seen, epochs, unrecovered } = reader;
  if (history === undefined) return [`OR2: ${name} read ${channel}, whose history is missing`];
  const due = history.entries.filter(({ offset }) => offset > reader.after);
  const length = Math.max(due.length, seen.length);
  const wrong = Array.from({ length }, (_, index) => index).find((index) => !isSame(seen[index], due[index]));
  return [
    ...(wrong === undefined ? [] : [`OR2: ${name} saw ${show(seen[wrong])} in ${channel}, not ${show(due[wrong])}`]),
    ...[...epochs].flatMap((told) =>
      told === history.epoch ? [] : [`OR5: ${name} was told another epoch in ${channel}`],
    ),
    ...(unrecovered > 0 ? [`RE1: ${name} could not recover ${channel}, ${unrecovered} times`] : []),
  ];
}

function isSame(one: Entry | undefined, other: Entry | undefined): boolean {
  return one?.offset === other?.offset && one?.id === other?.id;
}

function show(entry: Entry | undefined): string {
  return entry === undefined ? 'nothing' : `${entry.id} at ${entry.offset}`;
}
