import type { Role } from '../../src/contracts/roles.ts';
import type { Principal } from '../../src/core/access/principal.ts';
import type { Random } from '../simulation/random.ts';

/** People besides the first. */
const NEWCOMERS = 6;

/** The callers of operations: the initial people, and some of those registered later. */
export class Callers {
  readonly #all: Principal[];
  readonly #first: number;
  #newcomers = 0;

  constructor(first: readonly Principal[]) {
    this.#all = [...first];
    this.#first = first.length;
  }

  pick(random: Random): Principal {
    return random.pick(this.#all);
  }

  /** Adopts the identity in a response: a new device or another role. */
  meet(answer: unknown): void {
    if (!isMe(answer)) return;
    const { id: user, role, device } = answer;
    const known = this.#all.findIndex((each) => each.kind === 'user' && each.user === user);
    this.#all[known >= 0 ? known : this.#placeOfNext()] = { kind: 'user', user, role, device };
  }

  #placeOfNext(): number {
    this.#newcomers += 1;
    return this.#first + ((this.#newcomers - 1) % NEWCOMERS);
  }
}

function isMe(answer: unknown): answer is { readonly id: string; readonly role: Role; readonly device: string } {
  return typeof answer === 'object' && answer !== null && 'id' in answer && 'role' in answer && 'device' in answer;
}
