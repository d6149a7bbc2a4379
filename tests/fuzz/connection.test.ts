import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { SignJWT } from 'jose';
import { PEOPLE_CHANNEL, userChannel } from '../../src/contracts/accounts/events.ts';
import { roomChannel } from '../../src/contracts/chat/events.ts';
import { ERRORS } from '../../src/contracts/errors.ts';
import { ANONYMOUS, type Principal, userOf } from '../../src/core/access/principal.ts';
import { DISCONNECTS } from '../../src/core/disconnects.ts';
import type { Command } from '../../src/core/protocol/commands.ts';
import { centrifugeJson } from '../../src/protocols/centrifuge/protocol.ts';
import { Random } from '../simulation/random.ts';
import { inputs, patience } from './amounts.ts';
import { garbledFrame, type Place, validFrame, validLine } from './frames.ts';
import { Installation, TOKEN_SECRET } from './installation.ts';
import { Line, type Said } from './line.ts';
import { inputExamples } from './operation-inputs.ts';
import { SEED } from './seed.ts';

/** With up to twelve frames each. */
const CONNECTIONS = 2 * Math.ceil(inputs(78_000) / 13);
/** The allowed heap difference between the halves: less than 700 bytes per connection. */
const HEAP_SLACK = 4_000_000;
/** Closed connections the collector may still count as live. */
const MAX_KEPT = 20;
const PUBLIC_ERRORS = new Set<number>(Object.values(ERRORS).map(({ code }) => code));
PUBLIC_ERRORS.delete(ERRORS.internal.code);

describe('SE6 invalid protocol input', () => {
  let installation: Installation;
  let place: Place;
  let people: readonly Principal[];
  const gone: WeakRef<Line>[] = [];
  let [witness, speaker]: Line[] = [];

  beforeAll(async () => {
    installation = new Installation();
    people = [
      ...[ANONYMOUS, await installation.register({ handle: 'owner' })],
      ...[await installation.register({ handle: 'ben' }), await installation.register({ handle: 'cy' })],
    ];
    place = await describePlace(installation, people[1] as Principal);
    witness = open(people[0]);
    speaker = open(people[0]);
    await witness?.ask(1, { connect: {} });
    await witness?.ask(2, { subscribe: { channel: 'demo:witness' } });
    await speaker?.ask(1, { connect: {} });
  });
  afterAll(() => installation.close());

  const open = (principal: Principal = ANONYMOUS) =>
    new Line({ node: installation.app.node, topics: installation.topics }, principal);

  test(
    `of ${CONNECTIONS} clients closes at most their own connection, and leaves nothing behind (seed ${SEED})`,
    async () => {
      const random = new Random(SEED);
      await breakMany(random, CONNECTIONS / 2);
      const before = await installation.heapBytes();
      const { topics, app } = installation;
      const topicsBefore = topics.size;
      await breakMany(random, CONNECTIONS / 2);
      expect((await installation.heapBytes()) - before).toBeLessThan(HEAP_SLACK);
      expect(topics.size).toBe(topicsBefore);
      expect(gone.filter((line) => line.deref() !== undefined).length).toBeLessThan(MAX_KEPT);
      expect(app.node.connections).toBe(2);
      expect(installation.errors).toEqual([]);
    },
    patience(CONNECTIONS),
  );

  /** Runs one misbehaving client after another, while others publish in between. */
  async function breakMany(random: Random, count: number): Promise<void> {
    for (let left = count; left > 0; left -= 1) {
      await breakOne(random);
      if (left % 100 === 1) await talk(left);
    }
    // A client that hung up while connecting is forgotten once the log has replied: then only the witness's channel is
    // left.
    await witness?.until(() => installation.app.node.hub.size === 1);
  }

  async function breakOne(random: Random): Promise<void> {
    const line = open(random.pick(people));
    const frames = framesOf(random);
    const expected: Expected = { ids: [], codes: new Set([DISCONNECTS.badRequest.code]), broken: false };
    try {
      for (const frame of frames) {
        if (line.closedWith !== undefined) break;
        foresee(frame, expected);
        line.receive(frame);
        if (random.chance(0.8)) await new Promise((resolve) => setImmediate(resolve));
      }
      await line.until(() => line.closedWith !== undefined || repliesOf(line).length >= expected.ids.length);
      checkAnswers(line, expected);
    } catch (cause) {
      throw new Error(`SEED=${SEED}: ${JSON.stringify(frames)}`, { cause });
    }
    line.hangUp();
    gone.push(new WeakRef(line));
  }

  function framesOf(random: Random): string[] {
    const frames = Array.from({ length: random.between(1, 12) }, () =>
      random.chance(0.85) ? validFrame(random, place) : garbledFrame(random, place),
    );
    // Most connect first: little is reachable before that.
    return random.chance(0.95) ? [validLine(random, { ...place, tokens: [] }, 'connect'), ...frames] : frames;
  }

  async function talk(number: number): Promise<void> {
    const said = witness?.said.length ?? 0;
    const reply = await speaker?.ask(number + 1_000, { publish: { channel: 'demo:witness', data: number } });
    expect(reply).toEqual({ id: number + 1_000, publish: {} });
    await witness?.until(() => witness?.said.length !== said);
    expect(witness?.said.at(-1)?.push?.pub?.data).toBe(number);
    witness?.said.splice(0);
    speaker?.said.splice(0);
  }
});

/** The expected outcome of the frames. */
type Expected = {
  /** Commands that are answered. */
  readonly ids: number[];
  /** Close codes that are allowed. */
  readonly codes: Set<number>;
  /** The connection must be closed. */
  broken: boolean;
};

function foresee(frame: string, expected: Expected): void {
  const commands = decode(frame);
  if (commands === undefined) expected.broken = true;
  for (const command of commands ?? []) {
    if (command.kind === 'send') expected.codes.add(DISCONNECTS.notAvailable.code);
    else if (command.kind !== 'pong') expected.ids.push(command.id);
    const hasToken = command.kind === 'refresh' || (command.kind === 'connect' && command.token !== '');
    if (hasToken) expected.codes.add(DISCONNECTS.invalidToken.code);
  }
}

/** Undefined if the frame is invalid. */
function decode(frame: string): readonly Command[] | undefined {
  try {
    return centrifugeJson.decode(frame);
  } catch {
    return undefined;
  }
}

/** Each command was answered once, if the connection stayed open, and none with an error without a public number. */
function checkAnswers(line: Line, { ids, codes, broken }: Expected): void {
  const replies = repliesOf(line);
  for (const { error } of replies) if (error !== undefined) expect(PUBLIC_ERRORS).toContain(error.code);
  if (line.closedWith === undefined) {
    expect(broken).toBe(false);
    expect(replies.map(({ id }) => id as number).sort(ascending)).toEqual(ids.toSorted(ascending));
  } else {
    expect(codes).toContain(line.closedWith);
    expect(replies.length).toBeLessThanOrEqual(ids.length);
  }
}

const ascending = (a: number, b: number) => a - b;

function repliesOf(line: Line): readonly Said[] {
  return line.said.filter(({ id }) => id !== undefined);
}

async function describePlace(installation: Installation, owner: Principal): Promise<Place> {
  const inputs = inputExamples(installation.app);
  const { id } = await installation.call<{ id: string }>(
    'chat.createGroup',
    { title: 'Garden', key: 'k-12345678' },
    owner,
  );
  const secret = new TextEncoder().encode(TOKEN_SECRET);
  const token = await new SignJWT({ sub: 'external' }).setProtectedHeader({ alg: 'HS256' }).sign(secret);
  return {
    channels: [
      ...['demo:a', 'demo:b', 'log:a', 'log:b', 'unknown:a', 'room:', 'user:'],
      ...[roomChannel(id), userChannel(userOf(owner)), PEOPLE_CHANNEL],
    ],
    methods: [...inputs.keys()],
    tokens: [token],
    input: (method) => inputs.get(method),
  };
}
