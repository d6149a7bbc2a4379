import { describe, expect, test } from 'bun:test';
import { countsOf } from './junit.mjs';
import { outcomeOf } from './run-stage.mjs';

describe('counts of a report', () => {
  const report = (attributes: string) =>
    `<?xml version="1.0"?>\n<testsuites name="bun test" ${attributes}>\n</testsuites>\n`;

  test('are those of its root', () => {
    const xml = report('tests="10" assertions="20" failures="2" skipped="3" time="0.1"');
    expect(countsOf(xml)).toEqual({ passed: 5, failed: 2, skipped: 3, skippedTests: [] });
  });

  test('name the tests that were skipped', () => {
    const cases = '<testcase name="a" time="0" />\n<testcase name="b &lt;" time="0">\n  <skipped />\n</testcase>';
    const xml = `<testsuites tests="2" failures="0" skipped="1">\n${cases}\n</testsuites>\n`;
    expect(countsOf(xml)).toEqual({ passed: 1, failed: 0, skipped: 1, skippedTests: ['b &lt;'] });
  });

  test('a truncated report is invalid', () => {
    expect(countsOf('')).toBeUndefined();
    expect(countsOf('<testsuites tests="10" failures="0">')).toBeUndefined();
  });
});

describe('a stage', () => {
  test('has the counts of its tests', () => {
    const counts = { passed: 5, failed: 2, skipped: 3, skippedTests: [] };
    expect(outcomeOf(counts, 'it ended with code 1')).toEqual(counts);
  });

  test('that exited with an error has failed, whatever the report says', () => {
    expect(outcomeOf({ passed: 5, failed: 0, skipped: 0, skippedTests: [] }, 'it ended with code 1')).toMatchObject({
      passed: 5,
      failed: 1,
    });
    expect(outcomeOf(undefined, 'it was ended by SIGSEGV')).toMatchObject({ passed: 0, failed: 1 });
    expect(outcomeOf(undefined, undefined)).toMatchObject({ failed: 1 });
  });

  test('without a test has failed', () => {
    expect(outcomeOf({ passed: 0, failed: 0, skipped: 0, skippedTests: [] }, undefined)).toMatchObject({ failed: 1 });
  });
});
