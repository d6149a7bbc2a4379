// @ts-check

/**
 * The counts of a `bun test` run, from the root element of its JUnit report, and the titles of the tests it skipped.
 *
 * @param {string} xml
 * @returns {{ passed: number, failed: number, skipped: number, skippedTests: string[] } | undefined} undefined when it
 *   is no whole report
 */
export function countsOf(xml) {
  const root = /<testsuites\b([^>]*)>/.exec(xml)?.[1];
  if (root === undefined || !xml.trimEnd().endsWith('</testsuites>')) return undefined;
  const count = (/** @type {string} */ name) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(root)?.[1] ?? 0);
  const failed = count('failures') + count('errors');
  const skipped = count('skipped');
  const skippedTests = [...xml.matchAll(/<testcase name="([^"]*)"[^>]*>\s*<skipped/g)].map(([, title = '']) => title);
  return { passed: count('tests') - failed - skipped, failed, skipped, skippedTests };
}
