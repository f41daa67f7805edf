import type { CompletionOutcome } from '../domain/completion-outcome.ts';
import type { ErrorCode } from '../domain/errors.ts';

/** What scripts may rely on. 130 is what shells report of a command that was stopped by Ctrl-C. */
export const EXIT = { done: 0, failed: 1, usage: 2, overBudget: 3, noModel: 4, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const BY_ERROR: Readonly<Record<ErrorCode, ExitCode>> = {
  invalid_request: EXIT.usage,
  invalid_config: EXIT.usage,
  invalid_amount: EXIT.usage,
  unknown_model: EXIT.usage,
  budget_exceeded: EXIT.overBudget,
  no_candidate: EXIT.noModel,
  all_candidates_failed: EXIT.noModel,
  cancelled: EXIT.interrupted,
  content_refused: EXIT.failed,
  context_length_exceeded: EXIT.noModel,
  deadline_exceeded: EXIT.failed,
  overloaded: EXIT.failed,
  not_found: EXIT.failed,
  storage_unavailable: EXIT.failed,
  storage_too_new: EXIT.failed,
  internal: EXIT.failed,
};

export function exitCodeOfError(code: ErrorCode): ExitCode {
  return BY_ERROR[code];
}

/** An answer that broke off exits 1, although what came of it is printed. */
export function exitCodeOfOutcome(outcome: CompletionOutcome): ExitCode {
  switch (outcome.status) {
    case 'complete':
      return EXIT.done;
    case 'incomplete':
      return EXIT.failed;
    case 'cancelled':
      return EXIT.interrupted;
    case 'failed':
    case 'refused':
      return outcome.error ? exitCodeOfError(outcome.error.code) : EXIT.failed;
  }
}
