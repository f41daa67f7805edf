import type { CheckResult } from '../domain/check.ts';
import type { Clock } from '../lib/clock.ts';
import type { PreparedCheck, Subject } from './prepared-check.ts';

/** No model writes an answer of such a length; reading it would hold up everybody else. */
const LONGEST_ANSWER = 1_000_000;

/**
 * Runs the checks on an answer: those in this process first, all of them, then the commands, one after the other, until
 * one does not pass; so nothing is started for an answer that has failed already. Results in that order.
 */
export async function runChecks(
  checks: readonly PreparedCheck[],
  subject: Subject,
  clock: Pick<Clock, 'monotonic'>,
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  const run = async (check: PreparedCheck) => {
    const started = clock.monotonic();
    const finding = subject.answer.length > LONGEST_ANSWER ? tooLong(subject.answer) : await check.find(subject);
    results.push({ check: check.name, passed: finding === null, finding, durationMs: clock.monotonic() - started });
  };
  for (const check of checks) if (!check.runsCommand) await run(check);
  for (const check of checks) {
    if (!check.runsCommand) continue;
    if (results.some(({ passed }) => !passed)) break;
    await run(check);
  }
  return results;
}

function tooLong(answer: string): string {
  return `The answer has ${answer.length} characters; at most ${LONGEST_ANSWER} are checked.`;
}
