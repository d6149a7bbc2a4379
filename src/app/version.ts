import manifest from '../../package.json' with { type: 'json' };

/** The program's version, as in package.json. */
export const VERSION: string = manifest.version;

/** The version of Bun used for development and tests. */
export const BUN_VERSION: string = manifest.dependencies.bun;

/** The Node versions its tools support, as a range. */
export const NODE_RANGE: string = manifest.engines.node;
