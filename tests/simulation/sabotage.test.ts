import { describe, expect, test } from 'bun:test';
import * as line from './line-bugs.ts';
import type { Sabotage } from './sabotage.ts';
import { runSchedule } from './schedule.ts';
import * as server from './server-bugs.ts';

/** Schedules within which each bug must be found; the rarest appears in one of several hundred. */
const SCHEDULES = 3_000;

const BUGS: readonly [what: string, rules: RegExp, sabotage: Sabotage][] = [
  ['drops one publication to one subscriber', /^(OR2|OR4|AC3)/, line.dropOne],
  ['drops one in a channel without history', /^AC3/, line.dropOneOfNoHistory],
  ['delivers one twice', /^(OR2|OR3)/, line.deliverTwice],
  ['swaps two', /^(OR2|OR3)/, line.swapTwo],
  ['answers a subscribe after the first publication', /^(RE6|OR2)/, line.answerLate],
  ['recovers with a gap', /^(RE1|OR2)/, line.holeInRecovery],
  ['leaves a gap between recovery and live', /^(OR2|OR4)/, line.holeAfterRecovery],
  ['repeats between recovery and live', /^OR2/, line.repeatAfterRecovery],
  ['claims a failed recovery as recovered', /^(RE1|OR2)/, line.recoveredInVain],
  ['claims existing history as gone', /^RE2/, line.neverRecovered],
  ['subscribes a client that it refuses', /^(RE2|RE6|answer)/, line.refusedButIn],
  ['starts a new epoch without telling', /^OR4/, line.silentReset],
  ['acks without appending', /^(AC1|ID1)/, server.ackWithoutAppend],
  ['appends twice', /^(AC1|ID1)/, server.appendTwice],
  ['fails after appending', /^(AC4|OR4)/, server.failAfterAppend],
  ['forgets keys', /^ID1/, server.forgetKeys],
  ['appends backwards', /^OR3/, server.appendBackwards],
  ['fills no gap', /^(OR4|RE2)/, server.readNothing],
  ['skips one when reading', /^(OR1|OR5|RE2)/, server.skipWhenReading],
  ['trusts the bus', /^OR2/, server.believeTheBus],
  ['lets subscribers start too far ahead', /^(RE2|OR2)/, server.startTooFar],
  ['keeps sending to those who left', /^(RE6|PE3|OR2)/, server.neverLeave],
  ['keeps channels without subscribers', /^leak/, server.forgetToCountOut],
  ['does not subscribe a new member', /^OR2/, server.subscribeNobody],
  ['keeps a removed member subscribed', /^PE3/, server.keepThemIn],
  ['unsubscribes a client later than it says', /^(answer|RE6|OR2|RE1)/, server.leaveLate],
  ['returns removed history', /^RE2/, server.rememberRemoved],
];

describe.skipIf(process.env.SEED !== undefined)('the oracle detects a server that', () => {
  test.each([...BUGS])('%s', (_what, rules, sabotage) => {
    let violation: string | undefined;
    let seed = 0;
    while (violation === undefined && seed < SCHEDULES) {
      seed += 1;
      violation = runSchedule(seed, sabotage).violation;
    }
    expect(violation).toMatch(rules);
  });
});
