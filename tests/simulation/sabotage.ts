import type { Node } from '../../src/core/node/node.ts';
import type { Log } from '../../src/ports/log.ts';
import type { LineFault, SimFanout } from './network.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

/** A deliberate bug, injected between the parts of the system, that the oracle must detect. */
export type Sabotage = {
  readonly log?: (log: Log, world: World) => Log;
  readonly node?: (node: Node, fanout: SimFanout) => void;
  /** Called for each connection. */
  readonly line?: (random: Random) => LineFault;
};

export const NO_SABOTAGE: Sabotage = {};
