import type { Random } from '../simulation/random.ts';
import { garble, oddJson, randomBytes, strangeText, strangeValue, word } from './garble.ts';

type Fields = Record<string, unknown>;
type Body = (random: Random, place: Place) => Fields;

/** The names and ids frames refer to. */
export type Place = {
  readonly channels: readonly string[];
  readonly methods: readonly string[];
  /** Valid frames. */
  readonly tokens: readonly string[];
  /** Data for the RPC method of this name. */
  readonly input: (method: string) => unknown;
};

const channel = (random: Random, { channels }: Place) =>
  random.chance(0.95) ? random.pick(channels) : strangeText(random);
const position = (random: Random) => ({
  offset: random.between(0, 5),
  epoch: random.pick(['', '', 'x', word(random)]),
});
/** Usually empty, as people sign in by cookie. */
const token = (random: Random, { tokens }: Place) => {
  if (random.chance(0.9) || tokens.length === 0) return '';
  const good = random.pick(tokens);
  return random.pick([good, garble(random, good), word(random)]);
};

const CMPS = ['eq', 'neq', 'in', 'nin', 'ex', 'nex', 'sw', 'ew', 'ct', 'gt', 'gte', 'lt', 'lte'] as const;

/** A tag filter, sometimes an invalid one. */
function filter(random: Random, depth: number): Fields {
  if (depth === 0 || random.chance(0.5)) {
    const cmp = random.chance(0.95) ? random.pick(CMPS) : word(random);
    return { key: random.pick(['a', 'b', '']), cmp, val: random.pick(['1', '2.5', 'x']), vals: ['1', 'x'] };
  }
  const nodes = Array.from({ length: random.between(0, 3) }, () => filter(random, depth - 1));
  return { op: random.pick(['and', 'or', 'not', 'xor']), nodes };
}

/** Items of a shared poll, without valid signatures. */
function batches(random: Random): readonly Fields[] {
  const items = Array.from({ length: random.between(0, 3) }, () => ({
    key: random.pick(['a', 'b', '', word(random)]),
    version: random.between(0, 5),
  }));
  return [{ signature: random.pick(['', '1:2:3', `1:9999999999:${'0'.repeat(64)}`]), items }];
}

const BODIES: Readonly<Record<string, Body>> = {
  connect: (random, place) => ({
    token: token(random, place),
    ...(random.chance(0.2) && { data: strangeValue(random) }),
    name: 'js',
    subs: { [channel(random, place)]: { recover: random.chance(0.5), ...position(random) } },
  }),
  subscribe: (random, place) => ({
    channel: channel(random, place),
    recover: random.chance(0.5),
    ...position(random),
    flag: random.between(0, 3),
    join_leave: random.chance(0.5),
    ...(random.chance(0.2) && { data: strangeValue(random) }),
    ...(random.chance(0.3) && { delta: random.pick(['fossil', 'fossil', 'other', '']) }),
    ...(random.chance(0.3) && { tf: filter(random, 3) }),
    ...(random.chance(0.3) && {
      type: random.between(0, 4),
      phase: random.between(0, 2),
      limit: random.between(-1, 5),
    }),
    ...(random.chance(0.1) && { cursor: random.pick(['', 'a.b', strangeText(random)]) }),
  }),
  unsubscribe: (random, place) => ({ channel: channel(random, place) }),
  publish: (random, place) => ({
    ...{ channel: channel(random, place), data: strangeValue(random) },
    ...(random.chance(0.2) && { type: 1, key: strangeText(random), removed: random.chance(0.3) }),
  }),
  presence: (random, place) => ({ channel: channel(random, place) }),
  presence_stats: (random, place) => ({ channel: channel(random, place) }),
  history: (random, place) => ({
    channel: channel(random, place),
    limit: random.between(-1, 500),
    reverse: random.chance(0.3),
    ...(random.chance(0.5) && { since: position(random) }),
  }),
  rpc: (random, place) => {
    const method = random.chance(0.9) ? random.pick(place.methods) : strangeText(random);
    return { method, data: random.chance(0.5) ? place.input(method) : strangeValue(random) };
  },
  send: (random) => ({ data: strangeValue(random) }),
  refresh: (random, place) => ({ token: token(random, place) }),
  sub_refresh: (random, place) => ({
    channel: channel(random, place),
    ...(random.chance(0.3) && { token: token(random, place) }),
    ...(random.chance(0.7) && { type: random.between(0, 2), track: batches(random), untrack: [word(random)] }),
  }),
  ping: () => ({}),
};
/** These usually close an open connection, so they are rare. */
const CLOSING = ['connect', 'send', 'refresh'];
const COMMON = Object.keys(BODIES).filter((kind) => !CLOSING.includes(kind));

/** A command as a client sends it. */
export function validLine(random: Random, place: Place, kind = pickKind(random)): string {
  const body = (BODIES[kind] as Body)(random, place);
  const id = random.between(1, 1_000_000);
  return oddJson(random, random.chance(0.5) ? { id, [kind]: body } : { [kind]: body, id });
}

function pickKind(random: Random): string {
  return random.pick(random.chance(0.05) ? CLOSING : COMMON);
}

/** One chunk: sometimes several lines, with empty ones between. */
export function validFrame(random: Random, place: Place): string {
  if (random.chance(0.03)) return random.pick(['{}', '{}\n', '\n{}', '{}\n\n{}']);
  const lines = Array.from({ length: random.chance(0.2) ? random.between(2, 5) : 1 }, () => validLine(random, place));
  return lines.join(random.chance(0.9) ? '\n' : '\n\n');
}

/** Frames that no client sends: broken, odd or meaningless. */
export function garbledFrame(random: Random, place: Place): string {
  const kind = random.between(0, 19);
  if (kind === 0) return new TextDecoder().decode(randomBytes(random, 200));
  if (kind === 1) return oddJson(random, strangeValue(random));
  if (kind <= 4) return withStrangeField(random, place);
  return garble(random, validFrame(random, place));
}

/** Well-formed, with something unexpected in one place. */
function withStrangeField(random: Random, place: Place): string {
  const kind = pickKind(random);
  const body = new Map(Object.entries((BODIES[kind] as Body)(random, place)));
  if (random.chance(0.8)) body.set(random.pick([...body.keys(), word(random)]), strangeValue(random));
  const fields = new Map<string, unknown>([
    ['id', random.chance(0.7) ? random.between(1, 99) : strangeValue(random, 1)],
    [kind, random.chance(0.8) ? body : strangeValue(random)],
  ]);
  if (random.chance(0.2)) fields.set(random.pick(COMMON), strangeValue(random));
  return oddJson(random, fields);
}
