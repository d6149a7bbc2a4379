import { transformSync } from '@babel/core';
import reactCompiler from 'babel-plugin-react-compiler';
import { isTestCode, readSourceFiles, type SourceFiles } from './source-files.ts';

/** Where components and hooks are. */
const WEB = /^src\/(?:ui|web)\/|^src\/features\/[^/]+\/web\//;

/**
 * What the React compiler reports that is no fault of a component: libraries that it cannot optimise, and syntax that it
 * does not know yet. Only its checks are used here, not its output.
 */
const NO_FAULTS = new Set(['IncompatibleLibrary', 'PreserveManualMemo', 'Todo', 'UnsupportedSyntax']);

/** A report of the compiler, as far as it is read here. */
type Report = {
  readonly kind: string;
  readonly detail?: {
    readonly category?: string;
    readonly reason?: string;
    primaryLocation?(): { readonly start?: { readonly line: number } } | null;
  };
};

/**
 * Violations of the Rules of React (https://react.dev/reference/rules) in components and hooks, a line each: refs read or
 * written while rendering, state set while rendering, impure calls, props changed, hooks called conditionally.
 */
export function checkRenders(files: SourceFiles): string[] {
  return [...files]
    .filter(([path]) => WEB.test(path) && !isTestCode(path))
    .flatMap(([path, source]) => faultsIn(path, source));
}

function faultsIn(path: string, source: string): string[] {
  const faults: string[] = [];
  const logEvent = (_file: string | null, { kind, detail }: Report) => {
    if (kind !== 'CompileError' || detail === undefined || NO_FAULTS.has(detail.category ?? '')) return;
    faults.push(`${path}:${detail.primaryLocation?.()?.start?.line ?? 1} ${detail.reason} (${detail.category})`);
  };
  transformSync(source, {
    filename: path,
    babelrc: false,
    configFile: false,
    code: false,
    parserOpts: { plugins: ['typescript', 'jsx'] },
    plugins: [[reactCompiler, { noEmit: true, panicThreshold: 'none', logger: { logEvent } }]],
  });
  return [...new Set(faults)];
}

if (import.meta.main) {
  const faults = checkRenders(readSourceFiles());
  for (const fault of faults) console.error(fault);
  console.log(faults.length === 0 ? 'all components follow the Rules of React' : `${faults.length} violations`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
