import type { AdequacyBook } from '../../spend/adequacy-book.ts';
import type { Log } from '../../telemetry/log.ts';
import type { AttemptObserver } from './attempt-observer.ts';

/**
 * Counts what the checks of callers said of each model's answers. An answer that the same model mended after it was told
 * what was wrong says nothing of what it does unaided, and what only the quality gate thinks is no evidence.
 */
export function createAdequacyKeeper(book: Pick<AdequacyBook, 'add'>, log: Log): AttemptObserver {
  return {
    ended({ call, candidate, repairs }, _ending, _closing, judgement) {
      if (!judgement?.verification || repairs) return;
      try {
        book.add(call.plan.task.task, candidate.deployment.model, judgement.verification.passed);
      } catch (error) {
        // The answer is there and paid; one observation less does no harm.
        log.warn('a checked answer could not be counted', {
          error: error instanceof Error ? error.message : String(error),
        });
      }
    },
  };
}
