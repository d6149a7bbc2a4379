import manifest from '../../package.json' with { type: 'json' };

/** The program's version, as in package.json. */
export const VERSION: string = manifest.version;

/** The version of Bun that it is made and tested with. */
export const BUN_VERSION: string = manifest.dependencies.bun;

/** The versions of Node that its tools take, as a range. */
export const NODE_RANGE: string = manifest.engines.node;
