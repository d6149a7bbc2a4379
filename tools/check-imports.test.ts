import { describe, expect, test } from 'bun:test';
import { checkImports } from './check-imports.ts';
import { IMPORT_RULES } from './import-rules.ts';

/** The check's output for one file with this one line. */
const problems = (path: string, line: string) => checkImports(new Map([[path, `${line}\n`]]));

/** For every rule a matching file, what that file may import, and what it must not. */
const CASES: Readonly<Record<string, readonly [file: string, may: string[], mustNot: string[]]>> = {
  'src/contracts/': [
    'src/contracts/chat/contract.ts',
    ['./limits.ts', '../operation.ts', 'zod'],
    ['../../core/errors.ts', 'node:fs'],
  ],
  'src/ports/': ['src/ports/log.ts', ['./clock.ts'], ['../core/node.ts', 'zod', 'node:fs']],
  'src/core/': [
    'src/core/node.ts',
    ['../ports/log.ts', './delivery/hub.ts', '../contracts/errors.ts', 'zod'],
    ['../features/chat/state.ts', '../app/config.ts', '../adapters/memory/log.ts', 'node:fs', 'bun:sqlite', 'bun'],
  ],
  'src/adapters/*/': [
    'src/adapters/redis/bus.ts',
    ['./connection.ts', '../../ports/bus.ts', 'ioredis', 'node:net'],
    ['../memory/bus.ts', '../../core/hub.ts', '../../app/ports.ts'],
  ],
  'src/protocols/*/': [
    'src/protocols/pusher/frames.ts',
    ['./protocol.ts', '../../core/pushes.ts'],
    ['../centrifuge/decode.ts', '../../features/chat/events.ts', '../../adapters/memory/log.ts', 'node:buffer'],
  ],
  'src/features/*/web/': [
    'src/features/chat/web/room.tsx',
    [
      './message.tsx',
      '../state.ts',
      '../room-state.ts',
      '../../../contracts/chat/limits.ts',
      '../../../contracts/accounts/contract.ts',
      '../../../ui/button.tsx',
      '../../../../client/client.ts',
      'react',
    ],
    [
      '../commands.ts',
      '../../accounts/web/avatar.tsx',
      '../../accounts/state.ts',
      '../../../core/errors.ts',
      '../../../web/main.tsx',
      'node:fs',
    ],
  ],
  'src/features/*/': [
    'src/features/chat/commands.ts',
    [
      './tables.ts',
      '../../contracts/chat/contract.ts',
      '../../contracts/accounts/events.ts',
      '../../core/errors.ts',
      'zod',
    ],
    [
      '../accounts/tables.ts',
      '../../contracts/accounts/contract.ts',
      './web/room.tsx',
      '../../adapters/sqlite/sql.ts',
      '../../app/config.ts',
      'bun:sqlite',
    ],
  ],
  'src/app/': [
    'src/app/compose.ts',
    [
      './config.ts',
      '../features/chat/feature.ts',
      '../features/chat/tables.ts',
      '../protocols/centrifuge/protocol.ts',
      '../adapters/memory/bus.ts',
      'node:path',
    ],
    ['../features/chat/commands.ts', '../protocols/centrifuge/decode.ts', '../runtimes/bun/main.ts', '../cli/serve.ts'],
  ],
  'src/runtimes/*/': [
    'src/runtimes/bun/main.ts',
    ['./http.ts', '../../app/compose.ts', '../../core/errors.ts', 'bun'],
    ['../lambda/http.ts', '../../cli/main.ts', '../../features/chat/feature.ts'],
  ],
  'src/cli/': [
    'src/cli/serve.ts',
    ['./command.ts', '../app/config.ts', '../runtimes/bun/main.ts', '../wire-clients/socket.ts', 'node:os'],
    ['../features/chat/feature.ts', '../core/errors.ts', '../protocols/centrifuge/wire-reader.ts', '../web/main.tsx'],
  ],
  'src/wire-clients/': [
    'src/wire-clients/socket.ts',
    ['./codec.ts', '../protocols/centrifuge/wire-reader.ts', 'node:http'],
    ['../protocols/centrifuge/decode.ts', '../core/errors.ts', '../cli/bench.ts', '../../client/client.ts'],
  ],
  'src/ui/': [
    'src/ui/button.tsx',
    ['./icon.tsx', 'react'],
    ['../features/chat/web/room.tsx', '../web/main.tsx', '../core/errors.ts', 'bun'],
  ],
  'src/web/': [
    'src/web/main.tsx',
    ['../ui/button.tsx', '../features/chat/web/room.tsx', '../../client/client.ts'],
    ['../features/chat/state.ts', '../app/config.ts', 'node:fs'],
  ],
  'client/': [
    'client/client.ts',
    ['./errors.ts', '../src/contracts/errors.ts', '../src/contracts/chat/contract.ts', 'centrifuge'],
    ['../src/core/errors.ts', '../src/features/chat/state.ts', '../src/app/config.ts', 'node:fs'],
  ],
  'bench/': [
    'bench/run.ts',
    ['../src/core/node.ts', 'ws'],
    ['../tests/journeys/browser.ts', '../src/core/node.test.ts'],
  ],
  'tools/': ['tools/check.ts', ['./source-files.ts', 'node:fs'], ['../src/app/config.ts', '../bench/run.ts']],
};

describe('each rule can be violated, and is then reported', () => {
  test('every rule has its case', () => {
    expect(Object.keys(CASES)).toEqual(IMPORT_RULES.map(({ from }) => from));
  });

  for (const [rule, [file, may, mustNot]] of Object.entries(CASES)) {
    test(rule, () => {
      for (const name of may) expect(problems(file, `import { x } from '${name}';`)).toEqual([]);
      for (const name of mustNot) expect(problems(file, `import { x } from '${name}';`)).toHaveLength(1);
    });
  }
});

describe('no form of import escapes', () => {
  const WAYS = [
    "import '../app/config.ts';",
    "import config from '../app/config.ts';",
    "import type { Config } from '../app/config.ts';",
    "import { type Config } from '../app/config.ts';",
    "export * from '../app/config.ts';",
    "export type { Config } from '../app/config.ts';",
    "const config = await import('../app/config.ts');",
    "type C = import('../app/config.ts').Config;",
    "import {\n  a,\n  b,\n} from '../app/config.ts';",
  ];
  for (const way of WAYS) {
    test(way, () =>
      expect(problems('src/core/node.ts', way)).toEqual(['src/core/node.ts must not import src/app/config.ts']),
    );
  }

  test('text that only looks like an import is ignored', () => {
    expect(
      problems('src/core/node.ts', "// import '../app/config.ts'\nconst text = `import '../app/config.ts'`;"),
    ).toEqual([]);
  });
});

test('tests may import anything, but nothing may import tests', () => {
  expect(problems('src/core/node.test.ts', "import '../app/config.ts';")).toEqual([]);
  expect(problems('tests/faults/start.test.ts', "import '../../src/cli/main.ts';")).toEqual([]);
  expect(problems('src/app/compose.ts', "import './config.test.ts';")).toHaveLength(1);
  expect(problems('src/app/compose.ts', "import '../../tests/servers/nats.ts';")).toHaveLength(1);
});

test('a folder without a rule is reported', () => {
  expect(problems('src/utils/text.ts', '')).toEqual([
    'src/utils/text.ts: no rule of tools/import-rules.ts is about this place',
  ]);
});

describe('cycles', () => {
  const cycle = (first: string, second: string) =>
    checkImports(
      new Map([
        ['src/core/a.ts', first],
        ['src/core/b.ts', second],
        ['src/core/c.ts', "import './a.ts';"],
      ]),
    );

  test('are reported once, also if they consist of types only', () => {
    const expected = ['import cycle: src/core/a.ts → src/core/b.ts → src/core/a.ts'];
    expect(cycle("import './b.ts';", "import './a.ts';")).toEqual(expected);
    expect(cycle("import type { B } from './b.ts';", "export type { A } from './a.ts';")).toEqual(expected);
    expect(cycle("type B = import('./b.ts').B;", "const a = await import('./a.ts');")).toEqual(expected);
  });

  test('a file that imports itself is one', () => {
    expect(problems('src/core/a.ts', "import './a.ts';")).toEqual(['import cycle: src/core/a.ts → src/core/a.ts']);
  });

  test('two paths to one file are not', () => {
    expect(cycle("import './b.ts';", '')).toEqual([]);
  });
});
