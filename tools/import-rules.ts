/** What the files of a place may import. The first rule whose `from` matches a file applies. */
export type ImportRule = {
  /** A path with `*` for one folder's or file's name. */
  readonly from: string;
  /** Our own places, `*` as above, `$1` for the first `*` of `from`. A folder ends with a slash. */
  readonly to: readonly string[];
  /** Third-party modules: any, those not bound to a runtime, those for browsers, or none. */
  readonly packages: 'any' | 'portable' | 'none';
};

/**
 * The arrows of the design, each pointing left:
 * `{ contracts, ports } ← core ← { protocols, features } ← app ← runtimes ← cli`, `ports ← adapters ← app`,
 * `wire-clients ← cli`; in the browser `contracts ← client ← ui ← features/<name>/web ← web`.
 */
export const IMPORT_RULES: readonly ImportRule[] = [
  { from: 'src/contracts/', to: ['src/contracts/'], packages: 'portable' },
  { from: 'src/ports/', to: ['src/ports/'], packages: 'none' },
  { from: 'src/core/', to: ['src/core/', 'src/contracts/', 'src/ports/'], packages: 'portable' },
  { from: 'src/adapters/*/', to: ['src/adapters/$1/', 'src/ports/'], packages: 'any' },
  {
    from: 'src/protocols/*/',
    to: ['src/protocols/$1/', 'src/core/', 'src/contracts/', 'src/ports/'],
    packages: 'portable',
  },
  {
    // The pure files of its feature, which also run in the browser.
    from: 'src/features/*/web/',
    to: [
      'src/features/$1/web/',
      'src/features/$1/state.ts',
      'src/features/$1/*-state.ts',
      'src/contracts/',
      'src/ui/',
      'client/',
    ],
    packages: 'portable',
  },
  {
    from: 'src/features/*/',
    // Of another feature only its events, not its operations.
    to: [
      'src/features/$1/*.ts',
      'src/contracts/$1/',
      'src/contracts/*/events.ts',
      'src/contracts/*.ts',
      'src/core/',
      'src/ports/',
    ],
    packages: 'portable',
  },
  {
    from: 'src/app/',
    // Tables and namespaces exist before the feature can be created, hence separate files.
    to: [
      'src/app/',
      'src/features/*/feature.ts',
      'src/features/*/namespaces.ts',
      'src/features/*/tables.ts',
      'src/protocols/*/protocol.ts',
      'src/adapters/',
      'src/core/',
      'src/contracts/',
      'src/ports/',
      'package.json',
    ],
    packages: 'any',
  },
  {
    from: 'src/runtimes/*/',
    to: ['src/runtimes/$1/', 'src/app/', 'src/adapters/', 'src/core/', 'src/contracts/', 'src/ports/'],
    packages: 'any',
  },
  {
    from: 'src/cli/',
    to: ['src/cli/', 'src/runtimes/', 'src/app/', 'src/wire-clients/'],
    packages: 'any',
  },
  {
    // They read and write Protobuf as the server does.
    from: 'src/wire-clients/',
    to: ['src/wire-clients/', 'src/protocols/centrifuge/wire-*.ts'],
    packages: 'any',
  },
  {
    // The contracts shared by all features.
    from: 'src/ui/',
    to: ['src/ui/', 'client/', 'src/contracts/*.ts'],
    packages: 'portable',
  },
  {
    from: 'src/web/',
    to: ['src/web/', 'src/features/*/web/', 'src/contracts/', 'src/ui/', 'client/'],
    packages: 'portable',
  },
  { from: 'client/', to: ['client/', 'src/contracts/'], packages: 'portable' },
  { from: 'bench/', to: ['bench/', 'client/', 'src/', 'tools/'], packages: 'any' },
  { from: 'tools/', to: ['tools/'], packages: 'any' },
];
