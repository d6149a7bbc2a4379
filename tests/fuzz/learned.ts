import type { Principal } from '../../src/core/access/principal.ts';
import type { Random } from '../simulation/random.ts';

/** Kept calls per operation. */
const KEPT = 30;
/** Kept items per list of a response. */
const KEPT_OF_LIST = 3;
/** Lessons considered per input. */
const CONSIDERED = 8;

/** Fields that belong together, from a successful call: a room and an offset in it, for example. */
export type Facts = Readonly<Record<string, string | number>>;

type Done = { readonly input: unknown; readonly output: unknown; readonly caller: Principal };
type Lesson = { readonly facts: Facts; readonly caller: Principal; readonly feature: string };

/** Values learned from earlier calls, so that later inputs refer to things that exist. */
export class Learned {
  readonly #lessons = new Map<string, Lesson[]>();

  /** Records a successful call. */
  learn(operation: string, { input, output, caller }: Done): void {
    const lessons = this.#lessons.get(operation) ?? [];
    const given = factsOf(input);
    const feature = featureOf(operation);
    for (const found of objectsIn(output, 3)) lessons.push({ facts: { ...given, ...factsOf(found) }, caller, feature });
    this.#lessons.set(operation, lessons.slice(-KEPT));
  }

  /** Of a few random lessons, the one that fits an operation with these fields best; undefined at the beginning. */
  pick(random: Random, operation: string, fields: readonly string[]): Lesson | undefined {
    const all = [...this.#lessons.values()].filter((lessons) => lessons.length > 0);
    if (all.length === 0) return undefined;
    const few = Array.from({ length: CONSIDERED }, () => random.pick(random.pick(all)));
    const own = featureOf(operation);
    // An `id` is a room's or a person's, depending on the feature.
    const use = ({ facts, feature }: Lesson) =>
      fields.filter((field) => field in facts).length * 2 + (feature === own ? 1 : 0);
    return few.reduce((best, each) => (use(each) > use(best) ? each : best));
  }
}

function featureOf(operation: string): string {
  return operation.slice(0, operation.indexOf('.'));
}

function factsOf(value: unknown): Facts {
  if (typeof value !== 'object' || value === null) return {};
  const facts = Object.entries(value).filter(
    ([, each]) => typeof each === 'number' || (typeof each === 'string' && each.length <= 100),
  );
  return Object.fromEntries(facts) as Facts;
}

function objectsIn(value: unknown, depth: number): readonly object[] {
  if (typeof value !== 'object' || value === null || depth === 0) return [];
  const inside = Object.values(value).slice(0, Array.isArray(value) ? KEPT_OF_LIST : undefined);
  const deeper = inside.flatMap((each) => objectsIn(each, depth - 1));
  return Array.isArray(value) ? deeper : [value, ...deeper];
}
